/** Browsers list some zones under names that the time zone database has replaced. */
const RENAMED: Record<string, string> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Godthab': 'America/Nuuk',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
}

export interface TimeZone {
  /** The IANA name. */
  name: string
  /** How far its clock is from UTC now, `UTC+07:00`. */
  offset: string
}

export function currentName(zone: string): string {
  return RENAMED[zone] ?? zone
}

/** The zone of whoever looks. */
export function ownZone(): string {
  return currentName(new Intl.DateTimeFormat().resolvedOptions().timeZone)
}

/** How far a zone's clock is from UTC at a moment. */
export function offsetOf(zone: string, moment: number): string {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'longOffset' })
  const name = format.formatToParts(moment).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'
  return name === 'GMT' ? 'UTC+00:00' : name.replace('GMT', 'UTC')
}

/** All time zones, by name. */
export function timeZones(moment: number): TimeZone[] {
  const names = new Set(['UTC', ...Intl.supportedValuesOf('timeZone').map(currentName)])
  return [...names].sort().map((name) => ({ name, offset: offsetOf(name, moment) }))
}
