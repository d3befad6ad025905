import { expect, it } from 'vitest'

import { formatLength, formatNumber, formatTime, formatZone, midnight } from './format'

const time = '2026-11-24T14:41:43Z'

it("shows the site's clock, not the reader's", () => {
  expect(formatTime(time, 'seconds', 'en', 'Europe/Berlin')).toBe('15:41:43')
  expect(formatTime(time, 'time', 'vi', 'Asia/Ho_Chi_Minh')).toBe('21:41')
})

it('names the zone with its distance from UTC', () => {
  expect(formatZone('Europe/Berlin', 'en', new Date(time))).toBe('Europe/Berlin (GMT+1)')
  expect(formatZone('UTC', 'en', new Date(time))).toBe('UTC')
})

it('writes numbers as the language does', () => {
  expect(formatNumber(1234567, 'en')).toBe('1,234,567')
  expect(formatNumber(1234567, 'vi')).toBe('1.234.567')
})

it('writes lengths in their two largest units', () => {
  expect(formatLength(0, 'en')).toBe('0 sec')
  expect(formatLength(59.6, 'en')).toBe('1 min')
  expect(formatLength(7_500, 'en')).toBe('2 hr 5 min')
  expect(formatLength(86_400 * 2 + 59, 'en')).toBe('2 days')
})

it("finds midnight of the site's clock", () => {
  expect(midnight('Europe/Berlin', new Date(time)).toISOString()).toBe('2026-11-23T23:00:00.000Z')
  expect(midnight('Asia/Ho_Chi_Minh', new Date('2026-11-24T18:00:00Z')).toISOString()).toBe(
    '2026-11-24T17:00:00.000Z',
  )
})
