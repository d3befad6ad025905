import { useTranslation } from 'react-i18next'

import type { Schema } from '@/api'
import { classes } from '@/parts/classes'

import css from './accuracy.module.css'
import type { AuditSummary } from './useAudits'

type Share = Schema<'Share'>

/** A share in the reader's language, rounded down: what is not perfect must not be called so. */
export function usePercent() {
  const { i18n } = useTranslation()
  return (share: number) =>
    (Math.floor(share * 1000 + 1e-9) / 1000).toLocaleString(i18n.language, {
      style: 'percent',
      maximumFractionDigits: 1,
    })
}

/** Precision and recall of several lines in a cell of a list. */
export function Scores({ audits }: { audits: readonly AuditSummary[] }) {
  const { t } = useTranslation('accuracy')
  const percent = usePercent()
  const text = (share: Share | null | undefined) => (share ? percent(share.value) : '–')
  return (
    <ul className={css.scores}>
      {audits.map(({ id, line, score }) => (
        <li key={id}>
          {score
            ? t('list.score', {
                line: audits.length > 1 ? `${line}: ` : '',
                precision: text(score.precision),
                recall: text(score.recall),
              })
            : '–'}
        </li>
      ))}
    </ul>
  )
}

interface MeasureProps {
  name: string
  about: string
  share: Share | null
}

/** A share with the interval in which it lies: a wide one says that too little was marked. */
export function Measure({ name, about, share }: MeasureProps) {
  const { t } = useTranslation('accuracy')
  const percent = usePercent()
  return (
    <div className={css.measure}>
      <dt>{name}</dt>
      <dd>
        <strong>{share ? percent(share.value) : '–'}</strong>
        {share && (
          <>
            <span className={css.track} aria-hidden="true">
              <span
                className={css.interval}
                style={{
                  insetInlineStart: `${share.low * 100}%`,
                  inlineSize: `${(share.high - share.low) * 100}%`,
                }}
              />
              <span className={css.value} style={{ insetInlineStart: `${share.value * 100}%` }} />
            </span>
            <span className={css.note}>
              {t('report.interval', { low: percent(share.low), high: percent(share.high) })}
            </span>
          </>
        )}
        <span className={classes(css.note)}>{about}</span>
      </dd>
    </div>
  )
}
