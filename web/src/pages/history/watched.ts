/** A stretch of time with how many of its seconds were watched: the sum of `cameras` cameras. */
export interface Watchable {
  from: string
  until: string
  observed_s: number
}

/** A count in a stretch. */
export interface Counted extends Watchable {
  count: number
}

/** A watched stretch is told up to 20 seconds later, as a freeze takes that long to be noticed; it also has to get here. */
const TOLD_AFTER_S = 30
/** From this share on a stretch counts as watched: a bucket's edge may be a moment off. */
const COMPLETE = 0.99

/**
 * How much of a stretch was watched: `later` has not begun, `deleted` is no longer kept, and `none` is that nobody looked, which is
 * not the same as that nobody came.
 */
export type Watched = 'full' | 'part' | 'none' | 'later' | 'deleted'

/** What is needed to judge stretches: how many cameras, when the numbers were read, and since when they are kept. */
export interface Look {
  cameras: number
  now: Date
  keptSince?: string | null
}

/** How many seconds of a stretch, summed over the cameras, could have been watched and told by now. */
export function expectedSeconds(stretch: Watchable, { cameras, now, keptSince }: Look): number {
  const kept = keptSince ? Date.parse(keptSince) : -Infinity
  const from = Math.max(Date.parse(stretch.from), kept)
  const until = Math.min(Date.parse(stretch.until), now.getTime() - TOLD_AFTER_S * 1000)
  return (Math.max(0, until - from) / 1000) * cameras
}

/** Which share of a stretch was watched, 0 to 1; undefined where nothing could be yet, or any more. */
export function watchedShare(stretch: Watchable, look: Look): number | undefined {
  const expected = expectedSeconds(stretch, look)
  return expected > 0 ? Math.min(1, stretch.observed_s / expected) : undefined
}

export function watched(stretch: Watchable, look: Look): Watched {
  if (look.keptSince && Date.parse(stretch.until) <= Date.parse(look.keptSince)) return 'deleted'
  const share = watchedShare(stretch, look)
  if (share === undefined) return 'later'
  if (share >= COMPLETE) return 'full'
  return share > 0 ? 'part' : 'none'
}

/** The number to show; null where there is none, because nobody looked: that is never zero. */
export function shownCount(stretch: Counted, look: Look): number | null {
  return stretch.count > 0 || ['full', 'part'].includes(watched(stretch, look)) ? stretch.count : null
}

export interface WatchedTime {
  observed: number
  expected: number
  /** 0 to 1; undefined when nothing could have been watched. */
  share: number | undefined
}

/** How much of all the stretches was watched, in seconds. */
export function watchedTime(stretches: readonly Watchable[], look: Look): WatchedTime {
  let [observed, expected] = [0, 0]
  for (const stretch of stretches) {
    const possible = expectedSeconds(stretch, look)
    expected += possible
    // More is told of the running bucket than had to be; it must not make up for what is missing elsewhere.
    observed += Math.min(stretch.observed_s, possible)
  }
  return { observed, expected, share: expected > 0 ? observed / expected : undefined }
}
