import type { SeriesColour } from './colours'

/** One row of numbers in a chart, and how it is drawn. */
export interface PlotSeries {
  id: string
  /** `bar`s that are stacked have the upper end of each part, the highest part first. */
  look: 'bar' | 'marker' | 'step' | 'line'
  colour: SeriesColour | 'text'
  values: readonly (number | null)[]
}
