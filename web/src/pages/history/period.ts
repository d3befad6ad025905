import type { CalendarDateTime } from '@internationalized/date'
import {
  fromDate,
  parseDate,
  parseDateTime,
  startOfMonth,
  startOfWeek,
  startOfYear,
  toCalendarDate,
  toCalendarDateTime,
  type DateDuration,
} from '@internationalized/date'

/** Periods that move with the clock. */
export const PRESETS = [
  'today',
  'yesterday',
  'last_24_hours',
  'last_7_days',
  'last_30_days',
  'this_week',
  'last_week',
  'this_month',
  'last_month',
  'this_year',
] as const
export type Preset = (typeof PRESETS)[number]

/** A stretch of the site's clock, such as `2026-11-23` or `2026-11-23T08:30`; `until` is the first moment after it. */
export interface Range {
  from: string
  until: string
}

export type Period = Preset | Range

/** A stretch of time; `until` is the first moment after it. */
export interface Span {
  from: Date
  until: Date
}

interface LocalSpan {
  from: CalendarDateTime
  until: CalendarDateTime
}

const MIDNIGHT = { hour: 0, minute: 0, second: 0, millisecond: 0 }

export const isPreset = (text: string): text is Preset => (PRESETS as readonly string[]).includes(text)

/** Reads a time of the site's clock; undefined when it is none. */
export function localTime(text: string): CalendarDateTime | undefined {
  try {
    return text.includes('T') ? parseDateTime(text) : toCalendarDateTime(parseDate(text))
  } catch {
    return undefined
  }
}

/** Writes a time of the site's clock: only its day when it is midnight. */
export function localText(time: CalendarDateTime): string {
  const isMidnight = time.hour === 0 && time.minute === 0
  return isMidnight ? toCalendarDate(time).toString() : time.toString().slice(0, 16)
}

/** What the clock of a time zone shows at a moment. */
export const clockAt = (moment: Date, zone: string): CalendarDateTime =>
  toCalendarDateTime(fromDate(moment, zone))

/** The moment at which the clock of a time zone shows a time. */
export const momentOf = (time: CalendarDateTime, zone: string): Date => time.toDate(zone)

/** A range that can be read and does not end before it begins. */
export function isRange({ from, until }: Range): boolean {
  const [begin, end] = [localTime(from), localTime(until)]
  return begin !== undefined && end !== undefined && begin.compare(end) < 0
}

function local(period: Period, zone: string, now: Date): LocalSpan {
  if (typeof period === 'object') {
    const [from, until] = [localTime(period.from), localTime(period.until)]
    return from && until && from.compare(until) < 0 ? { from, until } : local('today', zone, now)
  }
  const clock = clockAt(now, zone)
  const today = clock.set(MIDNIGHT)
  const days = (from: CalendarDateTime, length: DateDuration): LocalSpan => ({
    from,
    until: from.add(length),
  })
  const week = startOfWeek(today, 'en', 'mon')
  switch (period) {
    case 'today':
      return days(today, { days: 1 })
    case 'yesterday':
      return days(today.subtract({ days: 1 }), { days: 1 })
    case 'last_24_hours': {
      const until = clock.set({ minute: 0, second: 0, millisecond: 0 }).add({ hours: 1 })
      return { from: until.subtract({ days: 1 }), until }
    }
    case 'last_7_days':
      return days(today.subtract({ days: 6 }), { days: 7 })
    case 'last_30_days':
      return days(today.subtract({ days: 29 }), { days: 30 })
    case 'this_week':
      return days(week, { weeks: 1 })
    case 'last_week':
      return days(week.subtract({ weeks: 1 }), { weeks: 1 })
    case 'this_month':
      return days(startOfMonth(today), { months: 1 })
    case 'last_month':
      return days(startOfMonth(today).subtract({ months: 1 }), { months: 1 })
    case 'this_year':
      return days(startOfYear(today), { years: 1 })
  }
}

/** The moments between which a period lies. */
export function spanOf(period: Period, zone: string, now: Date): Span {
  const { from, until } = local(period, zone, now)
  return { from: momentOf(from, zone), until: momentOf(until, zone) }
}

/** The period as it is at this moment, so that it no longer moves with the clock. */
export function rangeOf(period: Period, zone: string, now: Date): Range {
  const { from, until } = local(period, zone, now)
  return { from: localText(from), until: localText(until) }
}

/** The period of the same kind before or after: months follow months of other lengths. */
export function shifted(period: Period, zone: string, now: Date, by: 1 | -1): Range {
  const { from, until } = local(period, zone, now)
  const step = stepOf({ from, until })
  const move = (time: CalendarDateTime) => (by > 0 ? time.add(step) : time.subtract(step))
  return { from: localText(move(from)), until: localText(move(until)) }
}

function stepOf({ from, until }: LocalSpan) {
  const months = (until.year - from.year) * 12 + until.month - from.month
  const isFirst = (time: CalendarDateTime) => time.day === 1 && time.hour === 0 && time.minute === 0
  if (months > 0 && isFirst(from) && isFirst(until)) return { months }
  // As if the clock were never put forward or back: a step of a day leads to the same time of the next day.
  const minutes = Math.round((until.toDate('UTC').getTime() - from.toDate('UTC').getTime()) / 60_000)
  return minutes % 1440 === 0 ? { days: minutes / 1440 } : { minutes }
}
