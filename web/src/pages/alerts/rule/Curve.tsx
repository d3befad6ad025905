import { useTranslation } from 'react-i18next'

import { formatNumber } from '@/parts/format'

import { pathOf, stretchesOf } from '../curve'
import type { Reading } from '../rehearse'
import css from './rule.module.css'

const [WIDTH, HEIGHT] = [1000, 100]

/** The numbers that a rule looks at, with its limit. What was not watched is hatched. */
export function Curve({ readings, limit }: { readings: readonly Reading[]; limit: number }) {
  const { t, i18n } = useTranslation('alerts')
  const values = readings.flatMap(({ value }) => value ?? [])
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const top = Math.max(most, limit) * 1.1 || 1
  const number = (value: number) => formatNumber(value, i18n.language, 1)
  const label = t('rehearsal.chart', { least: number(least), most: number(most), limit: number(limit) })
  const height = HEIGHT - (limit / top) * HEIGHT
  return (
    <div className={css.chartFrame} role="img" aria-label={label}>
      {stretchesOf(readings).map(([from, until]) => (
        <div
          key={from}
          className={css.gap}
          title={t('rehearsal.notWatched')}
          style={{ insetInlineStart: `${from * 100}%`, width: `${(until - from) * 100}%` }}
        />
      ))}
      <svg
        className={css.chart}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <line className={css.limit} x1={0} x2={WIDTH} y1={height} y2={height} />
        <path className={css.line} d={pathOf(readings, top, WIDTH, HEIGHT)} />
      </svg>
    </div>
  )
}
