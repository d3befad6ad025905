import { midnight } from '@/parts/format'

/** What of the log is asked for; kept in the address, so that a link shows the same. */
export interface Filter {
  from: string
  until: string
  actor: string
  /** A kind of object with a dot, `camera.`, or all. */
  what: string
  object: string
  site: string
}

const NAMES = ['from', 'until', 'actor', 'what', 'object', 'site'] as const

export function readFilter(search: URLSearchParams): Filter {
  const [from = '', until = '', actor = '', what = '', object = '', site = ''] = NAMES.map(
    (name) => search.get(name) ?? '',
  )
  return { from, until, actor, what, object, site }
}

export function writeFilter(filter: Filter): Record<string, string> {
  return Object.fromEntries(NAMES.flatMap((name) => (filter[name] ? [[name, filter[name]]] : [])))
}

/** The question to the server. Days are whole ones by the clock of the zone. */
export function questionOf({ from, until, actor, what, object, site }: Filter, zone: string) {
  return {
    ...(from ? { from: dayOf(from, zone).toISOString() } : {}),
    ...(until ? { until: dayOf(until, zone, 1).toISOString() } : {}),
    ...(actor.trim() ? { actor: actor.trim() } : {}),
    ...(what ? { action: what } : {}),
    ...(object.trim() ? { object_id: object.trim() } : {}),
    ...(site ? { site } : {}),
  }
}

/** When a day, `2026-11-23`, begins by the clock of a zone, or so many days later. */
function dayOf(day: string, zone: string, later = 0): Date {
  const noon = new Date(`${day}T12:00:00Z`)
  noon.setUTCDate(noon.getUTCDate() + later)
  // No zone is so far from UTC that its noon is another day than that of UTC, but for those beyond twelve hours.
  const date = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(noon)
  if (date !== noon.toISOString().slice(0, 10))
    noon.setUTCHours(date > noon.toISOString().slice(0, 10) ? 6 : 18)
  return midnight(zone, noon)
}
