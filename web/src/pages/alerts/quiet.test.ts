import { describe, expect, it } from 'vitest'

import { minutesOf, quietUntil, stretches, type QuietHours } from './quiet'

const at = (text: string) => Date.parse(text)
const night: QuietHours = { days: [], from: '22:00', until: '07:00' }

describe('quietUntil', () => {
  it('goes by the clock of the site', () => {
    const saigon = 'Asia/Ho_Chi_Minh'
    expect(quietUntil([night], at('2026-11-23T15:00:30Z'), saigon)).toBe(at('2026-11-24T00:00:00Z'))
    expect(quietUntil([night], at('2026-11-23T23:59:00Z'), saigon)).toBe(at('2026-11-24T00:00:00Z'))
    expect(quietUntil([night], at('2026-11-24T00:00:00Z'), saigon)).toBeUndefined()
  })

  it('gives a night to the day on which it began', () => {
    const friday: QuietHours = { ...night, days: ['friday'] }
    expect(quietUntil([friday], at('2026-11-27T06:00:00Z'), 'UTC')).toBeUndefined()
    expect(quietUntil([friday], at('2026-11-28T06:00:00Z'), 'UTC')).toBe(at('2026-11-28T07:00:00Z'))
    expect(quietUntil([friday], at('2026-11-28T23:00:00Z'), 'UTC')).toBeUndefined()
  })

  it('follows hours that touch, and says when they never end', () => {
    const evening: QuietHours = { days: [], from: '18:00', until: '22:00' }
    expect(quietUntil([night, evening], at('2026-11-23T18:00:00Z'), 'UTC')).toBe(at('2026-11-24T07:00:00Z'))
    const always: QuietHours = { days: [], from: '00:00', until: '00:00' }
    expect(quietUntil([always], at('2026-11-23T18:00:00Z'), 'UTC')).toBe(Infinity)
  })
})

describe('stretches', () => {
  it('joins days in a row', () => {
    expect(stretches(['friday', 'monday', 'tuesday', 'sunday', 'saturday'])).toEqual([
      ['monday', 'tuesday'],
      ['friday', 'sunday'],
    ])
    expect(stretches([])).toEqual([])
  })
})

describe('minutesOf', () => {
  it('reads times of a day only', () => {
    expect(minutesOf('07:30')).toBe(450)
    for (const bad of ['24:00', '7:00', '07:60', '']) expect(minutesOf(bad)).toBeUndefined()
  })
})
