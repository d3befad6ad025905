import { expect, it } from 'vitest'

import { bucketFor, bucketsFor } from './buckets'

const hours = (count: number) => ({
  from: new Date('2026-11-01T00:00:00Z'),
  until: new Date(Date.parse('2026-11-01T00:00:00Z') + count * 3_600_000),
})

it.each([
  [1, '1m'],
  [6, '5m'],
  [12, '15m'],
  [24, '1h'],
  [25, '1h'],
  [48, '1h'],
  [24 * 7, '1d'],
  [24 * 31, '1d'],
  [24 * 365, '1w'],
] as const)('chooses for %i hours buckets of %s', (length, bucket) => {
  expect(bucketFor(hours(length), 'auto')).toBe(bucket)
})

it('takes the wanted bucket unless a chart cannot show it', () => {
  expect(bucketFor(hours(24 * 7), '1h')).toBe('1h')
  expect(bucketFor(hours(24), '1m')).toBe('1m')
  expect(bucketFor(hours(24 * 31), '1m')).toBe('1d')
  expect(bucketFor(hours(24), '1w')).toBe('1h')
})

it('offers only what makes sense', () => {
  expect(bucketsFor(hours(24))).toEqual(['1m', '5m', '15m', '1h'])
  expect(bucketsFor(hours(24 * 365))).toEqual(['1d', '1w'])
  expect(bucketsFor(hours(0.01))).toEqual(['1m'])
  expect(bucketsFor(hours(24), ['15m', '1h', '1d', '1w'])).toEqual(['15m', '1h'])
})
