import type { SeriesColour } from './colours'

/** One row of numbers in a chart, and how it is drawn. */
export interface PlotSeries {
  id: string
  /** `bar`s that are stacked have the upper end of each part, the highest part first. */
  look: 'bar' | 'marker' | 'step' | 'line'
  colour: SeriesColour | 'text'
  values: readonly (number | null)[]
}

/** What is measured: the axis has lines at numbers that are round for it. */
export type PlotUnit = 'count' | 'seconds'

export const ROUND: Record<PlotUnit, number[]> = {
  count: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6, 1e7],
  seconds: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 86_400],
}
