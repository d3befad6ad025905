/** Hours of a site's clock in which nobody is told. */
export interface QuietHours {
  days?: readonly Weekday[]
  from: string
  until: string
}

export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const
export type Weekday = (typeof WEEKDAYS)[number]

const MINUTE = 60_000
const DAY = 24 * 60

/** Minutes since midnight of `22:00`; undefined for what is no time of a day. */
export function minutesOf(clock: string): number | undefined {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(clock) ?? []
  return hour === undefined ? undefined : Number(hour) * 60 + Number(minute)
}

/** The day and the minute of it that a site's clock shows. */
function local(moment: number, zone: string): { day: number; minute: number } {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const parts = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, value]))
  const day = WEEKDAYS.indexOf(parts.weekday?.toLowerCase() as Weekday)
  return { day, minute: Number(parts.hour) * 60 + Number(parts.minute) }
}

/** For how many minutes more these hours hold; none when they do not. */
function left(hours: QuietHours, day: number, minute: number): number | undefined {
  const [from, until] = [minutesOf(hours.from), minutesOf(hours.until)]
  if (from === undefined || until === undefined) return undefined
  const begins = (at: number) => {
    const name = WEEKDAYS[(at + 7) % 7]
    return !hours.days?.length || (name !== undefined && hours.days.includes(name))
  }
  if (from < until) return begins(day) && from <= minute && minute < until ? until - minute : undefined
  // A night belongs to the day on which it began.
  if (begins(day) && from <= minute) return DAY - minute + until
  return begins(day - 1) && minute < until ? until - minute : undefined
}

/** When the quiet hours end in which this moment lies; undefined when it lies in none, `Infinity` when they never end. */
export function quietUntil(quiet: readonly QuietHours[], moment: number, zone: string): number | undefined {
  let end = moment
  // Hours that touch follow one another; after a week they do so for ever.
  while (end - moment < 8 * DAY * MINUTE) {
    const { day, minute } = local(end, zone)
    const rest = Math.max(...quiet.map((hours) => left(hours, day, minute) ?? 0), 0)
    if (rest === 0) return end === moment ? undefined : end
    end = Math.floor(end / MINUTE) * MINUTE + rest * MINUTE
  }
  return Infinity
}

/** Days in a row as stretches, `[monday..friday], [sunday]`, so that they can be named shortly. */
export function stretches(days: readonly Weekday[]): [first: Weekday, last: Weekday][] {
  const found: [Weekday, Weekday][] = []
  let previous = -2
  WEEKDAYS.forEach((day, at) => {
    if (!days.includes(day)) return
    const stretch = found.at(-1)
    if (stretch && previous === at - 1) stretch[1] = day
    else found.push([day, day])
    previous = at
  })
  return found
}
