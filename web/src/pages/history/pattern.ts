import { clockAt } from './period'
import { watched, type Counted, type Look } from './watched'

/** An hour of the week, over all the weeks of a period. */
export interface Cell {
  /** The mean of the hours that were watched completely; null when there is none. */
  mean: number | null
  /** How many such hours there are. */
  hours: number
  /** How many of these hours are over but were not watched completely. */
  missed: number
}

/** Monday is 0, as buckets of a week begin on Mondays. */
export const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const

/** The day of the week that a clock shows, 0 for Monday. */
export function weekday(moment: Date, zone: string): number {
  const { year, month, day } = clockAt(moment, zone)
  return (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7
}

/** Hours of a period as a week: seven days of 24 hours each, by the site's clock. */
export function pattern(hours: readonly Counted[], look: Look, zone: string): Cell[][] {
  const sums = WEEKDAYS.map(() => Array.from({ length: 24 }, () => ({ count: 0, hours: 0, missed: 0 })))
  for (const hour of hours) {
    const moment = new Date(hour.from)
    const sum = sums[weekday(moment, zone)]?.[clockAt(moment, zone).hour]
    // What is still running would pull the mean down.
    if (!sum || Date.parse(hour.until) > look.now.getTime()) continue
    const state = watched(hour, look)
    if (state === 'full') {
      sum.count += hour.count
      sum.hours += 1
    } else if (state !== 'deleted') sum.missed += 1
  }
  return sums.map((day) =>
    day.map(({ count, hours, missed }) => ({ mean: hours > 0 ? count / hours : null, hours, missed })),
  )
}

/** The largest mean, to scale colours by. */
export function highest(cells: readonly (readonly Cell[])[]): number {
  return Math.max(0, ...cells.flat().map((cell) => cell.mean ?? 0))
}

/** In which of `steps` steps of colour a mean lies: 0 is nobody, and the last is the highest. */
export function stepOf(mean: number, most: number, steps: number): number {
  if (mean <= 0 || most <= 0) return 0
  return Math.min(steps - 1, 1 + Math.floor((mean / most) * (steps - 1) * 0.9999))
}
