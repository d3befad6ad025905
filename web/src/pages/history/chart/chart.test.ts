import { describe, expect, it } from 'vitest'

import { ticks } from './ticks'
import { bucketWords, tickWords } from './words'

const BERLIN = 'Europe/Berlin'

const starts = (from: string, minutes: number, count: number) =>
  Array.from({ length: count }, (_, index) =>
    new Date(Date.parse(from) + index * minutes * 60_000).toISOString(),
  )

describe('ticks', () => {
  const times = (all: string[], most: number) =>
    ticks(all, BERLIN, most).map(({ index, isDay }) => tickWords(all[index] ?? '', isDay, 'en-GB', BERLIN))

  it('stand at round times of the clock', () => {
    expect(times(starts('2026-11-22T23:00:00Z', 60, 24), 8)).toEqual([
      '23 Nov',
      '03:00',
      '06:00',
      '09:00',
      '12:00',
      '15:00',
      '18:00',
      '21:00',
    ])
    expect(times(starts('2026-11-23T07:02:00Z', 1, 30), 6)).toEqual([
      '08:05',
      '08:10',
      '08:15',
      '08:20',
      '08:25',
      '08:30',
    ])
  })

  it('stand at the same times on the day when the clock is put forward', () => {
    expect(times(starts('2026-03-28T23:00:00Z', 60, 23), 4)).toEqual(['29 Mar', '06:00', '12:00', '18:00'])
  })

  it('name days where there are many', () => {
    expect(times(starts('2026-11-01T23:00:00Z', 60, 24 * 4), 4)).toEqual(['2 Nov', '3 Nov', '4 Nov', '5 Nov'])
    expect(times(starts('2026-11-01T23:00:00Z', 1440, 28), 5)).toEqual(['2 Nov', '9 Nov', '16 Nov', '23 Nov'])
  })
})

describe('bucketWords', () => {
  const words = (from: string, until: string, bucket: Parameters<typeof bucketWords>[1]) =>
    bucketWords({ from, until }, bucket, 'en-GB', BERLIN).replace(/[\s,]+/gu, ' ')

  it('says which hours, days and weeks of the clock', () => {
    expect(words('2026-11-23T08:00:00Z', '2026-11-23T09:00:00Z', '1h')).toBe('Mon 23 Nov 09:00–10:00')
    expect(words('2026-11-22T23:00:00Z', '2026-11-23T23:00:00Z', '1d')).toBe('Mon 23 Nov 2026')
    expect(words('2026-11-22T23:00:00Z', '2026-11-29T23:00:00Z', '1w')).toBe('23 – 29 Nov 2026')
  })
})
