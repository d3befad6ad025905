import { useTranslation } from 'react-i18next'

import type { Schema } from '@/api'
import { classes } from '@/parts/classes'
import { sentence } from '@/parts/format'
import { Icon } from '@/parts/Icon'

import css from './Diagnosis.module.css'

/** How a codec is written: "H.264". */
const codecName = (codec: string) => codec.toUpperCase().replace(/^H(26\d)$/, 'H.$1')

const STEPS = ['resolved', 'reached', 'authorised', 'stream'] as const

/** How far a test of a camera came: its picture, or what is in the way and what to do. */
export function Diagnosis({ diagnosis }: { diagnosis: Schema<'Diagnosis'> }) {
  const { t, i18n } = useTranslation('cameras')
  const { outcome, advice, seen } = diagnosis
  const known = i18n.exists(`cameras:outcome.${outcome}`)
  return (
    <div className={css.diagnosis} role="status">
      {seen && seen.picture !== '' && (
        <img
          className={css.picture}
          src={`data:image/jpeg;base64,${seen.picture}`}
          width={seen.width}
          height={seen.height}
          alt={t('test.picture')}
        />
      )}
      {seen ? (
        <p className={css.seen}>
          <Icon name="check" />
          <span>
            <strong>{t('test.seen')}</strong>{' '}
            {t('test.what', {
              codec: codecName(seen.codec),
              size: `${seen.width} × ${seen.height}`,
              fps: seen.fps ? Math.round(seen.fps * 10) / 10 : '?',
            })}
          </span>
        </p>
      ) : (
        <>
          <ol className={css.steps}>
            {STEPS.map((step) => {
              const state = diagnosis[step]
              const look = state === null ? css.untried : state ? css.good : css.bad
              return (
                <li key={step} className={classes(css.step, look)}>
                  <Icon name={state ? 'check' : state === false ? 'close' : 'more'} size={16} />
                  {t(`test.${step}`)}
                  <span className="unseen">
                    {t(state ? 'test.yes' : state === false ? 'test.no' : 'test.untried')}
                  </span>
                </li>
              )
            })}
          </ol>
          <div className={css.advice}>
            {known && <p>{t(`outcome.${outcome}` as 'outcome.wrong_password')}</p>}
            <p className={classes(known && css.detail)} lang="en">
              {sentence(advice)}
            </p>
          </div>
        </>
      )}
    </div>
  )
}
