import { useEffect, useEffectEvent, useRef } from 'react'
import uPlot from 'uplot'

import 'uplot/dist/uPlot.min.css'

import { useTheme } from '@/app/theme'

import css from './Chart.module.css'
import { coloursAt, hatch, nameOf, type Colours } from './colours'
import { ROUND, type PlotSeries, type PlotUnit } from './series'
import { ticks } from './ticks'
import { tickWords } from './words'

export interface PlotProps {
  /** When each bucket begins. */
  starts: readonly string[]
  zone: string
  language: string
  series: readonly PlotSeries[]
  /** Which share of each bucket was not watched, 0 to 1. */
  unwatched: readonly number[]
  format: (value: number) => string
  /** The least that the axis reaches, so that a single person is no mountain. */
  reach: number
  unit: PlotUnit
  selected: number | undefined
  onSelect: (index: number | undefined) => void
}

const FONT = '12px Inter, system-ui, sans-serif'
/** Room for the label of a tick. */
const TICK_PX = 76

/** A chart of buckets on a canvas. It can be pointed at; the keyboard is its frame's matter. */
export default function Plot(props: PlotProps) {
  const { starts, zone, language, series, unwatched, selected } = props
  const frame = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const theme = useTheme()
  const onSelect = useEffectEvent(props.onSelect)
  const format = useEffectEvent(props.format)

  useEffect(() => {
    const element = frame.current
    if (!element) return
    const made = new uPlot(
      optionsOf({ ...props, format, onSelect }, element),
      dataOf(starts.length, series),
      element,
    )
    plot.current = made
    const watcher = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: element.clientHeight }),
    )
    watcher.observe(element)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const repaint = () => {
      recolour(made, element)
      made.redraw(false)
    }
    dark.addEventListener('change', repaint)
    return () => {
      dark.removeEventListener('change', repaint)
      watcher.disconnect()
      made.destroy()
      plot.current = undefined
    }
    // The functions may be new with each drawing of the page; the chart need not be.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [starts, zone, language, series, unwatched, theme, props.reach, props.unit])

  useEffect(() => {
    const made = plot.current
    if (!made) return
    const left = selected === undefined ? -10 : made.valToPos(selected, 'x')
    if (made.cursor.idx !== (selected ?? null)) made.setCursor({ left, top: 0 }, false)
  }, [selected])

  return <div ref={frame} className={css.plot} />
}

function dataOf(length: number, series: readonly PlotSeries[]): uPlot.AlignedData {
  const index = Array.from({ length }, (_, at) => at)
  return [index, ...series.map(({ values }) => [...values])]
}

type Made = uPlot & { colours?: Colours }

function recolour(plot: Made, element: HTMLElement): Colours {
  plot.colours = coloursAt(element)
  return plot.colours
}

function optionsOf(props: PlotProps, element: HTMLElement): uPlot.Options {
  const { starts, zone, language, series, unwatched, format, reach, unit, onSelect } = props
  const count = starts.length
  const colours = (plot: Made) => plot.colours ?? recolour(plot, element)
  const axis = { font: FONT, stroke: (plot: Made) => colours(plot)['--text-muted'] }
  const most = Math.max(2, Math.floor(element.clientWidth / TICK_PX))
  const shown = new Map(ticks(starts, zone, most).map((tick) => [tick.index, tick]))
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    legend: { show: false },
    padding: [12, 12, 0, 0],
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { show: false },
    },
    scales: {
      x: { time: false, range: [-0.5, Math.max(0.5, count - 0.5)] },
      y: { range: (_, __, highest) => [0, Math.max(reach, (highest || 0) * 1.08)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        ticks: { show: false },
        size: 30,
        splits: () => [...shown.keys()],
        values: (_, splits) =>
          splits.map((at) => tickWords(starts[at] ?? '', shown.get(at)?.isDay ?? false, language, zone)),
      },
      {
        ...axis,
        grid: { stroke: (plot: Made) => colours(plot)['--border'], width: 1 },
        ticks: { show: false },
        // The first time there are no labels yet, whatever the type says.
        size: (plot, values: string[] | null) =>
          Math.max(36, 14 + Math.max(0, ...(values?.map((text) => widthOf(plot, text)) ?? []))),
        values: (_, splits) => splits.map((value) => (Number.isInteger(value) ? format(value) : '')),
        incrs: ROUND[unit],
      },
    ],
    series: [{}, ...series.map((one) => seriesOf(one, colours))],
    hooks: {
      drawClear: [(plot: Made) => drawUnwatched(plot, unwatched, colours(plot)['--text-muted'])],
      setCursor: [(plot) => onSelect(plot.cursor.idx ?? undefined)],
    },
  }
}

const widthOf = (plot: uPlot, text: string) => {
  plot.ctx.font = `${12 * devicePixelRatio}px Inter, system-ui, sans-serif`
  return plot.ctx.measureText(text).width / devicePixelRatio
}

function seriesOf({ look, colour }: PlotSeries, colours: (plot: Made) => Colours): uPlot.Series {
  const stroke = (plot: Made) => colours(plot)[nameOf(colour)]
  const plain = { points: { show: false }, stroke }
  switch (look) {
    case 'bar':
      return { ...plain, fill: stroke, width: 0, paths: uPlot.paths.bars?.({ size: [0.82, 72], gap: 0 }) }
    case 'marker':
      return { ...plain, width: 2, paths: markers }
    case 'step':
      return { ...plain, width: 2, paths: uPlot.paths.stepped?.({ align: -1 }) }
    case 'line':
      return { ...plain, width: 2, points: { show: true, size: 5, stroke, fill: stroke } }
  }
}

/** A stroke across each bucket, where the earlier count was. */
const markers: uPlot.Series.PathBuilder = (plot, at, from, until) => {
  const stroke = new Path2D()
  const values = plot.data[at] ?? []
  const half = Math.min(
    40 * devicePixelRatio,
    Math.abs(plot.valToPos(1, 'x', true) - plot.valToPos(0, 'x', true)) * 0.46,
  )
  for (let index = from; index <= until; index++) {
    const value = values[index]
    if (value === null || value === undefined) continue
    const [x, y] = [plot.valToPos(index, 'x', true), plot.valToPos(value, 'y', true)]
    stroke.moveTo(x - half, y)
    stroke.lineTo(x + half, y)
  }
  return { stroke }
}

/** Hatches what was not watched: from the top, as much of the height as of the time. */
function drawUnwatched(plot: uPlot, unwatched: readonly number[], colour: string) {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.fillStyle = hatch(ctx, colour)
  unwatched.forEach((share, index) => {
    if (share <= 0) return
    const [left, right] = [index - 0.5, index + 0.5].map((at) => Math.round(plot.valToPos(at, 'x', true)))
    if (left === undefined || right === undefined) return
    ctx.fillRect(left, bbox.top, right - left, Math.round(bbox.height * share))
  })
  ctx.restore()
}
