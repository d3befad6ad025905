import { lazy, Suspense, useState, type KeyboardEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { Button } from '@/parts/Button'
import { classes } from '@/parts/classes'
import { Table, type Column } from '@/parts/Table'

import type { Bucket } from '../buckets'
import css from './Chart.module.css'
import type { SeriesColour } from './colours'
import type { PlotSeries, PlotUnit } from './series'
import { bucketWords } from './words'

const Plot = lazy(() => import('./Plot'))

/** What a chart tells of: its numbers are also in the readout, the legend and the table. */
export interface ChartSeries extends PlotSeries {
  label: string
  /** The numbers themselves, where `values` are the ends of stacked parts. */
  numbers?: readonly (number | null)[]
  /** Beside the label in the legend. */
  total?: string
}

interface ChartProps {
  /** What it shows, for screen readers. */
  label: string
  spans: readonly { from: string; until: string }[]
  bucket: Bucket
  zone: string
  /** In the order of the legend; the chart draws the last first, so that the first stands before it. */
  series: readonly ChartSeries[]
  /** Which share of each bucket was not watched. */
  unwatched: readonly number[]
  /** What there is to say of a bucket besides its numbers, such as how much of it was watched. */
  remark: (index: number) => string | undefined
  format: (value: number) => string
  reach?: number
  unit?: PlotUnit
  low?: boolean
  children?: ReactNode
}

const STEP: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageUp: 10, PageDown: -10 }

/** A chart that can be read with the pointer, the keyboard, and as a table. */
export function Chart(props: ChartProps) {
  const {
    label,
    spans,
    bucket,
    zone,
    series,
    unwatched,
    remark,
    format,
    reach = 4,
    unit = 'count',
    low,
    children,
  } = props
  const { t, i18n } = useTranslation('history')
  const [selected, select] = useState<number>()
  const [asTable, showTable] = useState(false)
  const last = spans.length - 1
  const at = selected !== undefined && selected <= last ? selected : undefined
  const words = (index: number) => {
    const span = spans[index]
    return span ? bucketWords(span, bucket, i18n.language, zone) : ''
  }
  const spoken = (index: number) => {
    const values = series.map((one) => `${one.label}: ${shown(one, index, format) ?? t('chart.nothing')}`)
    return [words(index), ...values, remark(index)].filter(Boolean).join('; ')
  }
  const move = (event: KeyboardEvent) => {
    const step = STEP[event.key]
    const goal =
      event.key === 'Home'
        ? 0
        : event.key === 'End'
          ? last
          : step === undefined
            ? undefined
            : (at ?? -1) + step
    if (goal === undefined) return
    event.preventDefault()
    select(Math.max(0, Math.min(last, goal)))
  }
  const starts = useStarts(spans)
  return (
    <figure className={classes(css.figure, low && css.low)} aria-label={label}>
      <Readout series={series} at={at} format={format} title={at === undefined ? '' : words(at)}>
        {at === undefined ? undefined : remark(at)}
      </Readout>
      <div
        className={css.frame}
        role="slider"
        tabIndex={0}
        aria-label={t('chart.move', { label })}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={at ?? 0}
        aria-valuetext={at === undefined ? t('chart.none') : spoken(at)}
        onKeyDown={move}
      >
        <Suspense fallback={<div className={css.waiting} />}>
          <Plot
            starts={starts}
            zone={zone}
            language={i18n.language}
            series={series}
            unwatched={unwatched}
            format={format}
            reach={reach}
            unit={unit}
            selected={at}
            onSelect={select}
          />
        </Suspense>
      </div>
      <div className={css.foot}>
        <Legend series={series} hatched={unwatched.some((share) => share > 0)} />
        <Button small look="quiet" aria-expanded={asTable} onPress={() => showTable(!asTable)}>
          {t(asTable ? 'chart.hideTable' : 'chart.showTable')}
        </Button>
      </div>
      {asTable && <Numbers {...props} words={words} />}
      {children}
    </figure>
  )
}

/** The same array as long as the buckets are the same: else the chart would be made anew each time the page is drawn. */
function useStarts(spans: readonly { from: string }[]): readonly string[] {
  const [kept, keep] = useState<readonly string[]>(() => spans.map(({ from }) => from))
  if (kept.length === spans.length && spans.every(({ from }, index) => kept[index] === from)) return kept
  const next = spans.map(({ from }) => from)
  keep(next)
  return next
}

/** A number as it is shown; undefined where there is none. */
function shown(series: ChartSeries, index: number, format: (value: number) => string): string | undefined {
  const value = (series.numbers ?? series.values)[index]
  return value === null || value === undefined ? undefined : format(value)
}

interface ReadoutProps {
  series: readonly ChartSeries[]
  at: number | undefined
  format: (value: number) => string
  title: string
  children: ReactNode
}

/** The numbers of the bucket that is pointed at. It keeps its place, so that nothing jumps. */
function Readout({ series, at, format, title, children }: ReadoutProps) {
  const { t } = useTranslation('history')
  if (at === undefined) return <p className={classes(css.readout, css.hint)}>{t('chart.point')}</p>
  return (
    <p className={css.readout}>
      <strong>{title}</strong>
      {series.map((one) => (
        <span key={one.id} className={css.value}>
          <Swatch look={one.look} colour={one.colour} />
          {one.label} <strong>{shown(one, at, format) ?? t('chart.nothing')}</strong>
        </span>
      ))}
      {children && <span className={css.hint}>{children}</span>}
    </p>
  )
}

function Swatch({ look, colour }: { look: PlotSeries['look']; colour: SeriesColour | 'text' }) {
  return (
    <span
      className={classes(css.swatch, css[`c${colour}`], look !== 'bar' && css[look])}
      aria-hidden="true"
    />
  )
}

function Legend({ series, hatched }: { series: readonly ChartSeries[]; hatched: boolean }) {
  const { t } = useTranslation('history')
  return (
    <ul className={css.legend}>
      {series.map(({ id, look, colour, label, total }) => (
        <li key={id}>
          <Swatch look={look} colour={colour} />
          {label}
          {total !== undefined && <span className={css.total}>{total}</span>}
        </li>
      ))}
      {hatched && (
        <li>
          <span className={classes(css.swatch, css.hatched)} aria-hidden="true" />
          {t('watched.unwatched')}
        </li>
      )}
    </ul>
  )
}

function Numbers(props: ChartProps & { words: (index: number) => string }) {
  const { label, spans, series, format, remark, words } = props
  const { t } = useTranslation('history')
  type Row = { index: number }
  const columns: Column<Row>[] = [
    { key: 'when', title: t('chart.when'), cell: ({ index }) => words(index) },
    ...series.map((one): Column<Row> => ({
      key: one.id,
      title: one.label,
      numeric: true,
      cell: ({ index }) => shown(one, index, format) ?? '–',
    })),
    { key: 'remark', title: t('chart.watched'), cell: ({ index }) => remark(index) ?? '' },
  ]
  return (
    <div className={css.rows}>
      <Table
        label={t('chart.tableOf', { label })}
        columns={columns}
        rows={spans.map((_, index) => ({ index }))}
        rowKey={({ index }) => `${index}`}
      />
    </div>
  )
}
