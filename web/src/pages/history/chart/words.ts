import { formatTime } from '@/parts/format'

import type { Bucket } from '../buckets'

const DAY: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'short' }

const isOfDays = (bucket: Bucket) => bucket === '1d' || bucket === '1w'

/** A day, such as "Mon, 23 Nov"; with the year where the reader could take it for another. */
export function dayWords(time: Date, language: string, zone: string, withYear = false): string {
  const style = withYear ? { ...DAY, year: 'numeric' as const } : DAY
  return time.toLocaleDateString(language, { ...style, timeZone: zone })
}

/** A bucket in words: the hours of a day, a day, or the days of a week. */
export function bucketWords(
  { from, until }: { from: string; until: string },
  bucket: Bucket,
  language: string,
  zone: string,
): string {
  const begin = new Date(from)
  if (!isOfDays(bucket)) {
    const times = [from, until].map((time) => formatTime(time, 'time', language, zone)).join('–')
    return `${dayWords(begin, language, zone)}, ${times}`
  }
  if (bucket === '1d') return dayWords(begin, language, zone, true)
  // The first moment after a week is not of the week any more.
  const end = new Date(Date.parse(until) - 1)
  const format = new Intl.DateTimeFormat(language, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: zone,
  })
  return format.formatRange(begin, end)
}

/** A tick of the axis of time: the day where one begins, else the time. */
export function tickWords(time: string, isDay: boolean, language: string, zone: string): string {
  if (!isDay) return formatTime(time, 'time', language, zone)
  return new Date(time).toLocaleDateString(language, { day: 'numeric', month: 'short', timeZone: zone })
}
