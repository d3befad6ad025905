import type { Span } from './period'

/** How long buckets are, the shortest first. */
export const BUCKETS = ['1m', '5m', '15m', '1h', '1d', '1w'] as const
export type Bucket = (typeof BUCKETS)[number]

const SECONDS: Record<Bucket, number> = {
  '1m': 60,
  '5m': 300,
  '15m': 900,
  '1h': 3600,
  '1d': 86_400,
  '1w': 604_800,
}

/** The most bars that a chart can show apart. */
const MOST = 1500
/** About as many bars as are read with ease; less where the next longer bucket leaves too few. */
const COMFORTABLE = 100

/** About how many buckets a stretch has. */
export function bucketsIn({ from, until }: Span, bucket: Bucket): number {
  return Math.ceil((until.getTime() - from.getTime()) / 1000 / SECONDS[bucket])
}

/** The buckets that make sense for a stretch: more than one, and no more than a chart can show. */
export function bucketsFor(span: Span, buckets: readonly Bucket[] = BUCKETS): Bucket[] {
  const fitting = buckets.filter((bucket) => {
    const count = bucketsIn(span, bucket)
    return count > 1 && count <= MOST
  })
  if (fitting.length > 0) return fitting
  const longest = buckets.at(-1) ?? '1w'
  return [bucketsIn(span, longest) > MOST ? longest : (buckets[0] ?? '1m')]
}

/** The bucket that is asked for where it makes sense, else the shortest that leaves a chart that is read with ease. */
export function bucketFor(span: Span, wanted: Bucket | 'auto', buckets: readonly Bucket[] = BUCKETS): Bucket {
  const fitting = bucketsFor(span, buckets)
  if (wanted !== 'auto' && fitting.includes(wanted)) return wanted
  const readable = fitting.filter((bucket) => bucketsIn(span, bucket) <= COMFORTABLE)
  // A day is looked at by the hour, and weeks by the day.
  const natural = readable.find((bucket) => bucket !== '15m' || bucketsIn(span, bucket) <= 48)
  return natural ?? fitting.at(-1) ?? '1h'
}
