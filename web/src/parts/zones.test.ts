import { expect, it } from 'vitest'

import { offsetOf, timeZones } from './zones'

const winter = Date.parse('2026-01-15T00:00:00Z')

it('lists every zone once, under its present name', () => {
  const names = timeZones(winter).map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(names).toEqual(expect.arrayContaining(['UTC', 'Asia/Ho_Chi_Minh', 'Europe/Berlin']))
  expect(names).not.toContain('Asia/Saigon')
})

it('says how far a clock is from UTC at a moment', () => {
  expect(offsetOf('Asia/Ho_Chi_Minh', winter)).toBe('UTC+07:00')
  expect(offsetOf('Europe/Berlin', winter)).toBe('UTC+01:00')
  expect(offsetOf('Europe/Berlin', Date.parse('2026-07-15T00:00:00Z'))).toBe('UTC+02:00')
  expect(offsetOf('UTC', winter)).toBe('UTC+00:00')
})
