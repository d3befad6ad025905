/**
 * What a rule would have said: its numbers of the past, run through the same steps as the server's evaluation.
 */

/** A limit, and a second one for the way back. */
export interface Threshold {
  side: 'above' | 'below'
  limit: number
  clear?: number | null
}

/** A rule's number at a moment, in milliseconds; undefined where too little was watched to know it. */
export interface Reading {
  time: number
  value: number | undefined
}

/** An alert that there would have been. It is still going on where `until` is undefined. */
export interface Episode {
  from: number
  until: number | undefined
  value: number
}

interface Waits {
  threshold: Threshold
  hold_s: number
  clear_s: number
}

/** The alerts that readings, the oldest first, would have made. */
export function rehearse({ threshold, hold_s, clear_s }: Waits, readings: readonly Reading[]): Episode[] {
  const episodes: Episode[] = []
  let firing: Episode | undefined
  let since: number | undefined
  for (const { time, value } of readings) {
    // What was not watched breaks both waits: each must hold without a break.
    const turns = value !== undefined && (firing ? isClear(threshold, value) : isBreached(threshold, value))
    if (!turns) {
      since = undefined
      continue
    }
    since ??= time
    if (time - since < (firing ? clear_s : hold_s) * 1000) continue
    if (firing) {
      firing.until = time
      firing = undefined
    } else {
      firing = { from: time, until: undefined, value }
      episodes.push(firing)
    }
    since = undefined
  }
  return episodes
}

export function isBreached({ side, limit }: Threshold, value: number): boolean {
  return side === 'above' ? value > limit : value < limit
}

export function isClear({ side, limit, clear }: Threshold, value: number): boolean {
  const back = clear ?? limit
  return side === 'above' ? value <= back : value >= back
}

/** A stretch of time with what was counted in it, and how many of its seconds were watched, over all cameras. */
export interface Watched {
  until: string
  count: number
  observed_s: number
}

/** How much of a time must have been watched to call it watched. */
const WATCHED = 0.95

/**
 * The sums of the last `length` minutes at the end of each minute. What was counted is enough to be too much, however little was
 * watched; it is never enough to be little.
 */
export function sums(
  minutes: readonly Watched[],
  length: number,
  cameras: number,
  threshold: Threshold,
): Reading[] {
  let count = 0
  let observed = 0
  const readings: Reading[] = []
  minutes.forEach((minute, at) => {
    count += minute.count
    observed += minute.observed_s
    const gone = minutes[at - length]
    if (gone) {
      count -= gone.count
      observed -= gone.observed_s
    }
    if (at < length - 1) return
    const known = observed >= WATCHED * length * 60 * cameras
    const certain = threshold.side === 'above' && isBreached(threshold, count)
    readings.push({ time: Date.parse(minute.until), value: known || certain ? count : undefined })
  })
  return readings
}

/** A stretch in which a camera was not watched. */
export interface Gap {
  from: string
  until: string
}

/** The alerts that gaps would have made, each of which is one of its camera. */
export function rehearseGaps(
  { hold_s, clear_s }: Pick<Waits, 'hold_s' | 'clear_s'>,
  gaps: readonly Gap[],
): Episode[] {
  return gaps
    .map(({ from, until }) => ({ from: Date.parse(from) + hold_s * 1000, ended: Date.parse(until) }))
    .filter(({ from, ended }) => from <= ended)
    .map(({ from, ended }) => ({ from, until: ended + clear_s * 1000, value: 1 }))
    .sort((one, other) => one.from - other.from)
}
