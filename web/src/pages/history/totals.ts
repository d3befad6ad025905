import { shownCount, watched, watchedTime, type Counted, type Look, type WatchedTime } from './watched'

/** A count beside that of the same bucket at an earlier time; null where the clock did not show these hours then. */
export interface Compared extends Counted {
  earlier?: Counted | null
}

export interface Totals {
  count: number
  watched: WatchedTime
  /** The buckets with the most, if anything was counted: the first of them. */
  busiest: Counted | undefined
}

export function totals(buckets: readonly Counted[], look: Look): Totals {
  let count = 0
  let busiest: Counted | undefined
  for (const bucket of buckets) {
    count += bucket.count
    if (bucket.count > (busiest?.count ?? 0)) busiest = bucket
  }
  return { count, watched: watchedTime(buckets, look), busiest }
}

export interface Change {
  /** Over the buckets that were over and completely watched both times: like is compared with like. */
  count: number
  earlier: number
  /** How many buckets these are, of how many that are over. */
  compared: number
  of: number
  /** -1 is "none any more", 1 is "twice as many"; undefined where there was nothing to compare with. */
  share: number | undefined
}

/** How the counts changed since the earlier time, by what was watched both times. */
export function change(buckets: readonly Compared[], look: Look): Change {
  const over = buckets.filter((bucket) => Date.parse(bucket.until) <= look.now.getTime())
  const fair = over.filter(
    ({ earlier, ...bucket }) =>
      earlier && watched(bucket, look) === 'full' && watched(earlier, look) === 'full',
  )
  const count = fair.reduce((sum, bucket) => sum + bucket.count, 0)
  const earlier = fair.reduce((sum, bucket) => sum + (bucket.earlier?.count ?? 0), 0)
  const share = earlier > 0 ? count / earlier - 1 : undefined
  return { count, earlier, compared: fair.length, of: over.length, share }
}

/** The numbers of the earlier time beside each bucket; null where nobody looked, or the hour did not exist. */
export function earlierCounts(buckets: readonly Compared[], look: Look): (number | null)[] {
  return buckets.map(({ earlier }) => (earlier ? shownCount(earlier, look) : null))
}
