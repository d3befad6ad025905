import { useId } from 'react'

import type { Schema } from '@/api'
import { Table } from '@/parts/Table'
import type { Bucket } from '@/pages/history/buckets'
import { ticks } from '@/pages/history/chart/ticks'
import { bucketWords, tickWords } from '@/pages/history/chart/words'
import type { Words } from '@/pages/history/data/useWords'
import { earlierCounts } from '@/pages/history/totals'
import { shownCount, watched, watchedShare, type Look } from '@/pages/history/watched'
import { useTranslation } from 'react-i18next'

import { axis } from './axis'
import css from './report.module.css'

interface BarsProps {
  buckets: Schema<'CountsGroup'>['buckets']
  bucket: Bucket
  look: Look
  zone: string
  language: string
  words: Words
  /** What the markers are of, if the counts are compared. */
  compared: string | undefined
}

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [720, 210, 44, 24, 8]

/** A chart that is sharp on paper: it is drawn in lines, not in dots. The numbers are beneath it. */
export function Bars(props: BarsProps) {
  const { buckets, bucket, look, zone, language, words, compared } = props
  const { t } = useTranslation('history')
  const id = useId()
  const earlier = compared ? earlierCounts(buckets, look) : []
  const counts = buckets.map((one) => shownCount(one, look))
  const { top, steps } = axis(Math.max(...counts.map(Number), ...earlier.map(Number)))
  const step = (WIDTH - LEFT) / buckets.length
  const x = (index: number) => LEFT + index * step
  const y = (value: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)
  const starts = buckets.map(({ from }) => from)
  return (
    <>
      <svg className={css.bars} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="2" height="6" className={css.hatchStroke} />
        </pattern>
        {steps.map((value) => (
          <g key={value}>
            <line x1={LEFT} x2={WIDTH} y1={y(value)} y2={y(value)} className={css.grid} />
            <text x={LEFT - 6} y={y(value) + 3} textAnchor="end">
              {words.number(value)}
            </text>
          </g>
        ))}
        {buckets.map((one, index) => {
          const share = watched(one, look) === 'full' ? 0 : 1 - (watchedShare(one, look) ?? 1)
          const count = counts[index]
          const before = earlier[index]
          return (
            <g key={one.from}>
              {share > 0 && (
                <rect
                  x={x(index)}
                  y={TOP}
                  width={step}
                  height={(HEIGHT - TOP - BOTTOM) * share}
                  fill={`url(#${id})`}
                />
              )}
              {count !== null && count !== undefined && (
                <rect
                  x={x(index) + step * 0.1}
                  y={y(count)}
                  width={step * 0.8}
                  height={y(0) - y(count)}
                  className={css.bar}
                />
              )}
              {before !== null && before !== undefined && (
                <line
                  x1={x(index) + step * 0.04}
                  x2={x(index) + step * 0.96}
                  y1={y(before)}
                  y2={y(before)}
                  className={css.before}
                />
              )}
            </g>
          )
        })}
        {ticks(starts, zone, 10).map(({ index, isDay }) => (
          <text key={index} x={x(index + 0.5)} y={HEIGHT - 6} textAnchor="middle">
            {tickWords(starts[index] ?? '', isDay, language, zone)}
          </text>
        ))}
      </svg>
      <Table
        label={t('chart.count')}
        columns={[
          {
            key: 'when',
            title: t('chart.when'),
            cell: ({ index }) => bucketWords(at(buckets, index), bucket, language, zone),
          },
          {
            key: 'count',
            title: t('chart.count'),
            numeric: true,
            cell: ({ index }) => numberOr(counts[index], words),
          },
          ...(compared
            ? [
                {
                  key: 'earlier',
                  title: compared,
                  numeric: true,
                  cell: ({ index }: Row) => numberOr(earlier[index], words),
                },
              ]
            : []),
          {
            key: 'watched',
            title: t('chart.watched'),
            cell: ({ index }) => words.remark(at(buckets, index), look) ?? words.percent(1),
          },
        ]}
        rows={buckets.map((_, index): Row => ({ index }))}
        rowKey={({ index }) => `${index}`}
      />
    </>
  )
}

interface Row {
  index: number
}

const NOTHING = { from: '', until: '', count: 0, observed_s: 0 }
const at = (buckets: BarsProps['buckets'], index: number) => buckets[index] ?? NOTHING

const numberOr = (value: number | null | undefined, words: Words) =>
  value === null || value === undefined ? '–' : words.number(value)
