import { describe, expect, it } from 'vitest'

import { highest, pattern, stepOf, weekday } from './pattern'

const look = { cameras: 1, now: new Date('2026-11-28T12:30:00Z') }
const at = (from: string, count: number, observed_s = 3600) => ({
  from,
  until: new Date(Date.parse(from) + 3_600_000).toISOString(),
  count,
  observed_s,
})

describe('pattern', () => {
  const cells = pattern(
    [
      at('2026-11-16T08:00:00Z', 10),
      at('2026-11-23T08:00:00Z', 20),
      at('2026-11-23T09:00:00Z', 4, 1000),
      at('2026-11-23T10:00:00Z', 0, 0),
      at('2026-11-28T12:00:00Z', 3, 1780),
    ],
    look,
    'Europe/Berlin',
  )

  it('takes the mean of the same hour of several weeks, by the clock of the site', () => {
    expect(cells[0]?.[9]).toEqual({ mean: 15, hours: 2, missed: 0 })
  })

  it('has no mean where nobody looked, or not all the time', () => {
    expect(cells[0]?.[10]).toEqual({ mean: null, hours: 0, missed: 1 })
    expect(cells[0]?.[11]).toEqual({ mean: null, hours: 0, missed: 1 })
  })

  it('leaves out the running hour', () => {
    expect(cells[5]?.[13]).toEqual({ mean: null, hours: 0, missed: 0 })
  })

  it('always has a whole week', () => {
    expect(cells.map((day) => day.length)).toEqual([24, 24, 24, 24, 24, 24, 24])
    expect(highest(cells)).toBe(15)
  })
})

it('knows the day of the week by the clock of the site', () => {
  expect(weekday(new Date('2026-11-22T20:00:00Z'), 'Asia/Ho_Chi_Minh')).toBe(0)
  expect(weekday(new Date('2026-11-22T20:00:00Z'), 'Europe/Berlin')).toBe(6)
})

it('gives nobody a step of its own, and the highest the last', () => {
  expect([0, 0.1, 5, 9.9, 10].map((mean) => stepOf(mean, 10, 6))).toEqual([0, 1, 3, 5, 5])
  expect(stepOf(0, 0, 6)).toBe(0)
})
