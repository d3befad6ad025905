import { describe, expect, it } from 'vitest'

import { change, earlierCounts, totals } from './totals'

const NOW = new Date('2026-11-28T12:30:00Z')
const look = { cameras: 1, now: NOW }
const at = (day: number, start: number, count: number, observed_s = 3600) => ({
  from: new Date(Date.UTC(2026, 10, day, start)).toISOString(),
  until: new Date(Date.UTC(2026, 10, day, start + 1)).toISOString(),
  count,
  observed_s,
})

describe('totals', () => {
  it('adds up, and finds the busiest bucket', () => {
    const { count, busiest, watched } = totals([at(28, 8, 3), at(28, 9, 9), at(28, 10, 9, 1800)], look)
    expect(count).toBe(21)
    expect(busiest?.from).toBe('2026-11-28T09:00:00.000Z')
    expect(watched.share).toBeCloseTo(2.5 / 3)
  })

  it('finds no busiest bucket where nothing was counted', () => {
    expect(totals([at(28, 8, 0)], look).busiest).toBeUndefined()
  })
})

describe('change', () => {
  it('compares only what is over and was watched both times', () => {
    const buckets = [
      { ...at(28, 8, 12), earlier: at(21, 8, 10) },
      { ...at(28, 9, 50), earlier: at(21, 9, 0, 0) },
      { ...at(28, 10, 1, 600), earlier: at(21, 10, 40) },
      { ...at(28, 11, 12), earlier: at(21, 11, 10) },
      { ...at(28, 12, 3, 1780), earlier: at(21, 12, 40) },
    ]
    expect(change(buckets, look)).toEqual({ count: 24, earlier: 20, compared: 2, of: 4, share: 24 / 20 - 1 })
  })

  it('claims nothing where there was nothing to compare with', () => {
    expect(change([{ ...at(28, 8, 12), earlier: at(21, 8, 0) }], look).share).toBeUndefined()
    expect(change([{ ...at(28, 8, 12), earlier: null }], look)).toMatchObject({ compared: 0, of: 1 })
  })
})

it('shows nothing of an earlier time that nobody watched', () => {
  const buckets = [
    { ...at(28, 8, 1), earlier: at(21, 8, 0, 0) },
    { ...at(28, 9, 1), earlier: null },
    { ...at(28, 10, 1), earlier: at(21, 10, 0) },
  ]
  expect(earlierCounts(buckets, look)).toEqual([null, null, 0])
})
