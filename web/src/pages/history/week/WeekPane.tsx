import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'

import { Button } from '@/parts/Button'
import { classes } from '@/parts/classes'
import { Card } from '@/parts/Page'
import { EmptyState, ErrorState, Loading, Note } from '@/parts/State'

import { useCounts } from '../data/useCounts'
import type { PaneProps } from '../data/pane'
import { useWords, type Words } from '../data/useWords'
import { highest, pattern, stepOf, WEEKDAYS, type Cell } from '../pattern'
import css from './week.module.css'

/** Steps of colour; the first is nobody. */
const STEPS = 6
const HOURS = Array.from({ length: 24 }, (_, hour) => hour)
const WEEK_MS = 7 * 86_400_000

/** When people come: the hours of the week, each as the mean of all its hours in the period. */
export function WeekPane({ view, place, span, onChange }: PaneProps) {
  const { t } = useTranslation('history')
  const words = useWords(place, view)
  const counts = useCounts({ span, bucket: '1h', view })
  if (counts.isError) return <ErrorState error={counts.error} retry={() => void counts.refetch()} />
  if (!counts.data) return <Loading lines={8} />
  const [all] = counts.data.groups
  if (!all) {
    return (
      <EmptyState icon="history" title={t('empty.nothing')}>
        {t('empty.nothingAbout')}
      </EmptyState>
    )
  }
  const look = {
    cameras: all.cameras,
    now: new Date(counts.dataUpdatedAt),
    keptSince: counts.data.kept_since,
  }
  const cells = pattern(all.buckets, look, counts.data.time_zone)
  const isShort = span.until.getTime() - span.from.getTime() < WEEK_MS - 3_600_000
  return (
    <Card title={t('week.title', { kind: t(`kind.${view.kind}`) })} about={t('week.about')}>
      {isShort && (
        <Note>
          {t('week.short')}{' '}
          <Button small look="quiet" onPress={() => onChange({ period: 'last_30_days' })}>
            {t('period.last_30_days')}
          </Button>
        </Note>
      )}
      <WeekTable cells={cells} words={words} />
    </Card>
  )
}

const narrow = () => matchMedia('(max-width: 900px)')

/** Days stand above on a phone, and at the side where there is room for 24 hours. */
function useNarrow(): boolean {
  return useSyncExternalStore(
    (changed) => {
      const query = narrow()
      query.addEventListener('change', changed)
      return () => query.removeEventListener('change', changed)
    },
    () => narrow().matches,
  )
}

/** The map is a table itself, so that it needs none behind it. */
export function WeekTable({ cells, words }: { cells: readonly (readonly Cell[])[]; words: Words }) {
  const { t, i18n } = useTranslation('history')
  const isNarrow = useNarrow()
  const most = highest(cells)
  const day = (weekday: number) => dayName(weekday, i18n.language, isNarrow ? 'narrow' : 'short')
  const cell = (weekday: number, hour: number) => (
    <HourCell
      key={`${weekday} ${hour}`}
      cell={cells[weekday]?.[hour]}
      most={most}
      words={words}
      title={`${dayName(weekday, i18n.language, 'long')}, ${hourName(hour)}–${hourName((hour + 1) % 24)}`}
    />
  )
  const [rows, columns] = isNarrow ? [HOURS, WEEKDAYS] : [WEEKDAYS, HOURS]
  const name = (isDay: boolean, at: number) => (isDay ? day(at) : isNarrow ? hourName(at) : `${at}`)
  return (
    <div className={css.scroll} role="region" aria-label={t('week.table')} tabIndex={0}>
      <table className={css.week}>
        <thead>
          <tr>
            <td />
            {columns.map((at) => (
              <th
                key={at}
                scope="col"
                aria-label={isNarrow ? dayName(at, i18n.language, 'long') : hourName(at)}
              >
                {name(isNarrow, at)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((at) => (
            <tr key={at}>
              <th scope="row">{name(!isNarrow, at)}</th>
              {columns.map((other) => (isNarrow ? cell(other, at) : cell(at, other)))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className={css.scale}>
        <span>0</span>
        {Array.from({ length: STEPS }, (_, step) => (
          <span key={step} className={classes(css.key, css[`h${step}`])} aria-hidden="true" />
        ))}
        <span>{t('week.most', { count: words.decimal(most) })}</span>
        <span className={classes(css.key, css.none)} aria-hidden="true" />
        <span>{t('watched.none')}</span>
      </p>
    </div>
  )
}

interface HourProps {
  cell: Cell | undefined
  most: number
  words: Words
  title: string
}

function HourCell({ cell, most, words, title }: HourProps) {
  const { t } = useTranslation('history')
  const mean = cell?.mean ?? null
  if (!cell || mean === null) {
    const why = cell && cell.missed > 0 ? t('watched.none') : t('week.notYet')
    return (
      <td className={cell && cell.missed > 0 ? css.none : css.notYet} title={`${title}: ${why}`}>
        <span className="unseen">{why}</span>
      </td>
    )
  }
  const text = mean >= 10 ? words.number(Math.round(mean)) : words.decimal(mean)
  const about = t('week.hours', { count: cell.hours })
  return (
    <td className={css[`h${stepOf(mean, most, STEPS)}`]} title={`${title}: ${text} (${about})`}>
      {text}
    </td>
  )
}

/** 5 January 1970 was a Monday. */
const dayName = (weekday: number, language: string, style: 'narrow' | 'short' | 'long') =>
  new Date(Date.UTC(1970, 0, 5 + weekday)).toLocaleDateString(language, { weekday: style, timeZone: 'UTC' })

const hourName = (hour: number) => `${String(hour).padStart(2, '0')}:00`
