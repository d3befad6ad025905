import { useTranslation } from 'react-i18next'

import { Button } from '@/parts/Button'
import { classes } from '@/parts/classes'
import { DateTime } from '@/parts/Time'

import type { Mark, Marks } from '../marks'
import type { Camera } from '../useAudits'
import css from './mark.module.css'

interface ListProps {
  marks: Marks
  camera: Camera | undefined
  zone: string
  onLook: ((time: number) => void) | undefined
  onDoubt: (mark: Mark) => void
  onDelete: (mark: Mark) => void
}

/** As many as fit beside the picture; all are in the report. */
const MOST = 200

/** What was marked, the latest in time first. */
export function MarkList({ marks, camera, zone, onLook, onDoubt, onDelete }: ListProps) {
  const { t } = useTranslation('accuracy')
  const shown = marks.toSorted((a, b) => b.time - a.time).slice(0, MOST)
  if (shown.length === 0) return <p className={css.hint}>{t('mark.none')}</p>
  return (
    <ol className={css.marks} aria-label={t('mark.marks')}>
      {shown.map((mark) => {
        const { line, time, direction, ambiguous } = mark
        const way =
          camera?.lines.find(({ name }) => name === line)?.[direction] ?? t(`direction.${direction}`)
        return (
          <li key={`${line} ${time} ${direction}`} className={classes(ambiguous && css.doubted)}>
            {onLook ? (
              <button type="button" className={css.look} onClick={() => onLook(time)}>
                <DateTime time={new Date(time)} zone={zone} style="seconds" />
              </button>
            ) : (
              <DateTime time={new Date(time)} zone={zone} style="seconds" />
            )}
            <span className={css.what}>
              {line} <strong>{way}</strong>
              {ambiguous && <em> {t('mark.doubtful')}</em>}
            </span>
            <Button
              small
              look="quiet"
              aria-pressed={ambiguous}
              aria-label={t('mark.doubt')}
              onPress={() => onDoubt(mark)}
            >
              ?
            </Button>
            <Button
              small
              look="quiet"
              icon="delete"
              aria-label={t('mark.delete', { what: `${line} ${way}` })}
              onPress={() => onDelete(mark)}
            />
          </li>
        )
      })}
    </ol>
  )
}
