import { describe, expect, it } from 'vitest'

import { shownCount, watched, watchedShare, watchedTime } from './watched'

const NOW = new Date('2026-11-28T12:00:00Z')
const hour = (start: number, observed_s: number, count = 0) => ({
  from: `2026-11-28T${String(start).padStart(2, '0')}:00:00Z`,
  until: `2026-11-28T${String(start + 1).padStart(2, '0')}:00:00Z`,
  observed_s,
  count,
})
const one = { cameras: 1, now: NOW }

describe('watched', () => {
  it('tells nobody came from nobody looked', () => {
    expect([watched(hour(8, 3600), one), shownCount(hour(8, 3600), one)]).toEqual(['full', 0])
    expect([watched(hour(8, 0), one), shownCount(hour(8, 0), one)]).toEqual(['none', null])
    expect([watched(hour(8, 1200), one), shownCount(hour(8, 1200, 7), one)]).toEqual(['part', 7])
  })

  it('shows what was counted even where the watched time was never told', () => {
    expect(shownCount(hour(8, 0, 3), one)).toBe(3)
  })

  it('asks as much of two cameras as of two', () => {
    expect(watched(hour(8, 3600), { ...one, cameras: 2 })).toBe('part')
    expect(watched(hour(8, 7200), { ...one, cameras: 2 })).toBe('full')
  })

  it('asks of the running hour only what can have been told', () => {
    const half = { ...one, now: new Date('2026-11-28T12:30:00Z') }
    expect(watched(hour(12, 1770), half)).toBe('full')
    expect(watchedShare(hour(12, 885), half)).toBeCloseTo(0.5)
    expect(watched(hour(12, 0), { ...one, now: new Date('2026-11-28T12:00:25Z') })).toBe('later')
    expect(watched(hour(13, 0), one)).toBe('later')
    expect(shownCount(hour(13, 0), one)).toBeNull()
  })

  it('knows what is no longer kept', () => {
    const look = { ...one, keptSince: '2026-11-28T09:00:00Z' }
    expect(watched(hour(8, 0), look)).toBe('deleted')
    expect(watched(hour(9, 0), look)).toBe('none')
  })
})

describe('watchedTime', () => {
  it('adds up what was watched of what could have been', () => {
    const all = [hour(9, 3600), hour(10, 0), hour(11, 1800), hour(12, 0)]
    const { observed, expected, share } = watchedTime(all, one)
    expect([observed, expected]).toEqual([5400, 3 * 3600 - 30])
    expect(share).toBeCloseTo(0.5, 2)
  })

  it('lets too much in one hour make up for nothing in another', () => {
    expect(watchedTime([hour(8, 4000), hour(9, 0)], one).share).toBe(0.5)
  })

  it('has no share of nothing', () => {
    expect(watchedTime([hour(13, 0)], one).share).toBeUndefined()
  })
})
