import { describe, expect, it } from 'vitest'

import { isRange, rangeOf, shifted, spanOf, type Period } from './period'

const BERLIN = 'Europe/Berlin'
/** A Saturday, 15:22 in Berlin. */
const NOW = new Date('2026-11-28T14:22:00Z')

const utc = (period: Period, zone = BERLIN, now = NOW) => {
  const { from, until } = spanOf(period, zone, now)
  return [from.toISOString().slice(0, 16), until.toISOString().slice(0, 16)]
}

describe('spanOf', () => {
  it.each<[Period, string, string]>([
    ['today', '2026-11-27T23:00', '2026-11-28T23:00'],
    ['yesterday', '2026-11-26T23:00', '2026-11-27T23:00'],
    ['last_24_hours', '2026-11-27T15:00', '2026-11-28T15:00'],
    ['last_7_days', '2026-11-21T23:00', '2026-11-28T23:00'],
    ['this_week', '2026-11-22T23:00', '2026-11-29T23:00'],
    ['last_week', '2026-11-15T23:00', '2026-11-22T23:00'],
    ['this_month', '2026-10-31T23:00', '2026-11-30T23:00'],
    ['last_month', '2026-09-30T22:00', '2026-10-31T23:00'],
    ['this_year', '2025-12-31T23:00', '2026-12-31T23:00'],
  ])('%s is of the clock of the site', (period, from, until) => {
    expect(utc(period)).toEqual([from, until])
  })

  it('knows that a day has 23 hours in spring and 25 in autumn', () => {
    const hours = (from: string, until: string) => {
      const span = spanOf({ from, until }, BERLIN, NOW)
      return (span.until.getTime() - span.from.getTime()) / 3_600_000
    }
    expect(hours('2026-03-29', '2026-03-30')).toBe(23)
    expect(hours('2026-10-25', '2026-10-26')).toBe(25)
  })

  it('takes today as it is at the site, not here', () => {
    expect(utc('today', 'Asia/Ho_Chi_Minh', new Date('2026-11-28T18:00:00Z'))[0]).toBe('2026-11-28T17:00')
  })

  it('falls back to today for a range that is none', () => {
    expect(utc({ from: 'x', until: '2026-11-01' })).toEqual(utc('today'))
    expect(utc({ from: '2026-11-02', until: '2026-11-01' })).toEqual(utc('today'))
    expect(isRange({ from: '2026-11-01', until: '2026-11-01' })).toBe(false)
    expect(isRange({ from: '2026-11-01', until: '2026-11-01T00:15' })).toBe(true)
  })
})

describe('rangeOf and shifted', () => {
  it('fixes what moves', () => {
    expect(rangeOf('yesterday', BERLIN, NOW)).toEqual({ from: '2026-11-27', until: '2026-11-28' })
    expect(rangeOf('last_24_hours', BERLIN, NOW)).toEqual({
      from: '2026-11-27T16:00',
      until: '2026-11-28T16:00',
    })
  })

  it('steps by months, days and hours', () => {
    expect(shifted('this_month', BERLIN, NOW, -1)).toEqual({ from: '2026-10-01', until: '2026-11-01' })
    expect(shifted('today', BERLIN, NOW, 1)).toEqual({ from: '2026-11-29', until: '2026-11-30' })
    const morning = { from: '2026-11-28T08:00', until: '2026-11-28T10:30' }
    expect(shifted(morning, BERLIN, NOW, 1)).toEqual({ from: '2026-11-28T10:30', until: '2026-11-28T13:00' })
  })

  it('steps over the change of the clock by the clock', () => {
    const day = { from: '2026-10-24', until: '2026-10-25' }
    expect(shifted(day, BERLIN, NOW, 1)).toEqual({ from: '2026-10-25', until: '2026-10-26' })
  })
})
