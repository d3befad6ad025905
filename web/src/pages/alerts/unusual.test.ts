import { describe, expect, it } from 'vitest'

import { deviations, unlikeness, type Hour } from './unusual'

describe('deviations', () => {
  it('is not misled by one holiday, and takes chance for no news', () => {
    const earlier = [100, 104, 98, 0, 102, 97, 101, 99]
    expect(deviations(0, earlier)).toBeGreaterThan(9)
    expect(deviations(125, earlier)).toBeLessThan(4)
    expect(deviations(2, Array<number>(8).fill(0))).toBe(2)
  })

  it('says nothing with too few weeks', () => {
    expect(deviations(1000, [1, 1, 1])).toBeUndefined()
  })
})

describe('unlikeness', () => {
  const HOUR = 3_600_000
  const hours = (until: string, count: number, change: (at: number) => Partial<Hour> = () => ({})): Hour[] =>
    Array.from({ length: count }, (_, at) => {
      const from = Date.parse(until) - (count - at) * HOUR
      const [begin, end] = [new Date(from).toISOString(), new Date(from + HOUR).toISOString()]
      return { from: begin, until: end, count: 10, observed_s: 3600, ...change(at) }
    })
  const weeks = 5 * 7 * 24

  it('compares with the same hours of the weeks before', () => {
    const last = weeks - 1
    const found = unlikeness(
      hours('2026-11-23T12:00:00Z', weeks, (at) => (at === last ? { count: 40 } : {})),
      4,
      1,
      'UTC',
      2,
    )
    expect(found.map(({ value }) => Math.round(value ?? -1))).toEqual([0, 9])
  })

  it('knows nothing of hours that were not watched', () => {
    const found = unlikeness(
      hours('2026-11-23T12:00:00Z', weeks, () => ({ observed_s: 1800 })),
      4,
      1,
      'UTC',
      1,
    )
    expect(found[0]?.value).toBeUndefined()
  })

  it('goes by the clock where it was set back meanwhile', () => {
    // In Berlin the clock was set back on the 25th of October, so the same hour is an hour later in UTC after it.
    const rush = (at: number) => {
      const from = Date.parse('2026-11-09T12:00:00Z') - (weeks - at) * HOUR
      const hour = new Intl.DateTimeFormat('en-GB', {
        timeZone: 'Europe/Berlin',
        hour: 'numeric',
        hourCycle: 'h23',
      })
      return Number(hour.format(from)) === 12 ? { count: 100 } : {}
    }
    const found = unlikeness(hours('2026-11-09T12:00:00Z', weeks, rush), 4, 1, 'Europe/Berlin', 1)
    expect(found[0]?.value).toBe(0)
  })
})
