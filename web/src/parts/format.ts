/** Dates, times and numbers in the reader's language and the site's time zone. */
type DateStyle = 'time' | 'seconds' | 'date' | 'short' | 'long'

const STYLES: Record<DateStyle, Intl.DateTimeFormatOptions> = {
  time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  seconds: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  date: { day: 'numeric', month: 'short', year: 'numeric' },
  short: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  long: {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  },
}

/** The reader's own kind of a language, as the browser names it: British English, say. */
const localeOf = (language: string) =>
  navigator.languages.find((one) => one.split('-')[0] === language) ?? language

/** A text of the server as a sentence: it begins with a capital letter. */
export const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

// Making a formatter is slow, and lists need the same one for each row.
const kept = new Map<string, Intl.DateTimeFormat>()

export function formatTime(time: string | Date, style: DateStyle, language: string, zone: string): string {
  const key = `${style} ${language} ${zone}`
  let format = kept.get(key)
  if (!format) {
    format = new Intl.DateTimeFormat(localeOf(language), { ...STYLES[style], timeZone: zone })
    kept.set(key, format)
  }
  return format.format(typeof time === 'string' ? new Date(time) : time)
}

/** A time zone in a few words, such as "Europe/Berlin (GMT+1)". */
export function formatZone(zone: string, language: string, at = new Date()): string {
  const parts = new Intl.DateTimeFormat(localeOf(language), {
    timeZone: zone,
    timeZoneName: 'shortOffset',
  }).formatToParts(at)
  const offset = parts.find((part) => part.type === 'timeZoneName')?.value
  return offset && zone !== 'UTC' ? `${zone} (${offset})` : zone
}

export function formatNumber(value: number, language: string, digits = 0): string {
  return value.toLocaleString(localeOf(language), { maximumFractionDigits: digits })
}

/** A length of time, such as "2 h 5 min", in the two largest units. */
export function formatLength(seconds: number, language: string): string {
  const whole = Math.round(seconds)
  const units = [
    ['day', Math.floor(whole / 86_400)],
    ['hour', Math.floor(whole / 3_600) % 24],
    ['minute', Math.floor(whole / 60) % 60],
    ['second', whole % 60],
  ] as const
  const first = units.findIndex(([, count]) => count > 0)
  const shown = first < 0 ? units.slice(-1) : units.slice(first, first + 2).filter(([, count]) => count > 0)
  return shown
    .map(([unit, count]) =>
      count.toLocaleString(localeOf(language), { style: 'unit', unit, unitDisplay: 'short' }),
    )
    .join(' ')
}

/** Midnight of the site's clock, of the day in which `at` lies. */
export function midnight(zone: string, at = new Date()): Date {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at)
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0)
  const since = (part('hour') * 60 + part('minute')) * 60 + part('second')
  return new Date(Math.floor(at.getTime() / 1000) * 1000 - since * 1000)
}
