import type { Reading, Watched } from './rehearse'

/** The fewest earlier hours that were watched, below which nothing is said. */
const LEAST = 4
/** What makes the median absolute deviation an estimate of the standard deviation of a normal distribution. */
const CONSISTENT = 1.4826
const WATCHED = 0.95
const HOUR_S = 3600
const WEEK_MS = 7 * 24 * HOUR_S * 1000

export interface Hour extends Watched {
  from: string
}

/**
 * How far a count is from earlier ones, in deviations: of the median, by the median absolute deviation, which is taken to be no less
 * than what chance makes of such a median. Undefined when there are too few.
 */
export function deviations(count: number, earlier: readonly number[]): number | undefined {
  if (earlier.length < LEAST) return undefined
  const usual = median(earlier)
  const spread = CONSISTENT * median(earlier.map((one) => Math.abs(one - usual)))
  return Math.abs(count - usual) / Math.max(spread, Math.sqrt(usual), 1)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length / 2
  const at = (place: number) => sorted[place] ?? 0
  return sorted.length % 2 ? at(Math.floor(middle)) : (at(middle - 1) + at(middle)) / 2
}

/** For each of the last `shown` hours how unlike it is to the same hours, by the clock of the zone, of the weeks before. */
export function unlikeness(
  hours: readonly Hour[],
  weeks: number,
  cameras: number,
  zone: string,
  shown: number,
): Reading[] {
  const isWatched = (hour: Hour) => hour.observed_s >= WATCHED * HOUR_S * cameras
  const clock = wall(zone)
  const byClock = new Map(hours.map((hour) => [clock(hour.from), hour]))
  return hours.slice(-shown).map((hour) => {
    const reading = { time: Date.parse(hour.until), value: undefined }
    if (!isWatched(hour)) return reading
    const earlier = Array.from({ length: weeks }, (_, week) =>
      byClock.get(clock(hour.from) - (week + 1) * WEEK_MS),
    )
    const counts = earlier.flatMap((one) => (one && isWatched(one) ? [one.count] : []))
    return { ...reading, value: deviations(hour.count, counts) }
  })
}

/** What a zone's clock shows at a moment, as if it were UTC: so weeks are as long as clocks have them. */
function wall(zone: string): (time: string) => number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    hourCycle: 'h23',
  })
  return (time) => {
    const parts = format.formatToParts(new Date(time))
    const part = (type: string) => Number(parts.find((one) => one.type === type)?.value)
    return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'))
  }
}
