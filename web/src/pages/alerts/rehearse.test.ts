import { describe, expect, it } from 'vitest'

import { rehearse, rehearseGaps, sums, type Reading, type Threshold } from './rehearse'

const above: Threshold = { side: 'above', limit: 10, clear: 8 }

const minutely = (...values: (number | undefined)[]): Reading[] =>
  values.map((value, at) => ({ time: at * 60_000, value }))

const at = (minutes: number) => minutes * 60_000

describe('rehearse', () => {
  it('keeps an alert between the two limits', () => {
    const rule = { threshold: above, hold_s: 0, clear_s: 0 }
    expect(rehearse(rule, minutely(5, 11, 9, 10, 11, 8, 9))).toEqual([
      { from: at(1), until: at(5), value: 11 },
    ])
  })

  it('waits until it has held long enough, without a break', () => {
    const rule = { threshold: above, hold_s: 120, clear_s: 120 }
    expect(rehearse(rule, minutely(11, 12, 9, 11, 12, 13, 7, 9, 7, 7, 7))).toEqual([
      { from: at(5), until: at(10), value: 13 },
    ])
  })

  it('takes what was not watched for a break of both waits', () => {
    const rule = { threshold: above, hold_s: 120, clear_s: 60 }
    expect(rehearse(rule, minutely(11, undefined, 11, 11))).toEqual([])
    expect(rehearse(rule, minutely(11, 11, 11, 5, undefined, 5))).toEqual([
      { from: at(2), until: undefined, value: 11 },
    ])
  })

  it('notices what is too little', () => {
    const rule = { threshold: { side: 'below' as const, limit: 3 }, hold_s: 0, clear_s: 0 }
    expect(rehearse(rule, minutely(3, 2, 3))).toEqual([{ from: at(1), until: at(2), value: 2 }])
  })
})

describe('sums', () => {
  const minutes = (...counts: [count: number, observed: number][]) =>
    counts.map(([count, observed_s], at) => ({
      until: new Date((at + 1) * 60_000).toISOString(),
      count,
      observed_s,
    }))

  it('adds up a window that slides', () => {
    const found = sums(minutes([1, 60], [2, 60], [3, 60], [4, 60]), 2, 1, above)
    expect(found).toEqual([
      { time: at(2), value: 3 },
      { time: at(3), value: 5 },
      { time: at(4), value: 7 },
    ])
  })

  it('does not know what was watched too little, unless it is too much all the same', () => {
    const values = (threshold: Threshold) =>
      sums(minutes([2, 60], [0, 0], [30, 1]), 1, 1, threshold).map(({ value }) => value)
    expect(values(above)).toEqual([2, undefined, 30])
    expect(values({ side: 'below', limit: 100 })).toEqual([2, undefined, undefined])
  })
})

describe('rehearseGaps', () => {
  it('leaves out those that were shorter than a rule waits', () => {
    const gap = (from: string, until: string) => ({
      from: `2026-11-23T${from}:00Z`,
      until: `2026-11-23T${until}:00Z`,
    })
    const found = rehearseGaps({ hold_s: 120, clear_s: 60 }, [gap('09:00', '09:10'), gap('08:00', '08:01')])
    expect(found).toEqual([
      { from: Date.parse('2026-11-23T09:02:00Z'), until: Date.parse('2026-11-23T09:11:00Z'), value: 1 },
    ])
  })
})
