import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { LiveEvent } from '@/api'

import { KEPT, Ticker } from './ticker'

const event = (number: number): LiveEvent => ({
  id: `${number}`,
  kind: 'crossing',
  camera: 'door',
  stream_time_s: number,
  time: new Date(number * 1000).toISOString(),
})

beforeEach(() => void vi.useFakeTimers({ now: 100_000 }))
afterEach(() => void vi.useRealTimers())

it('keeps the newest, however many come, and tells of them in batches', () => {
  const ticker = new Ticker()
  const told = vi.fn()
  ticker.watch(told)
  for (let number = 0; number < 500; number += 1) ticker.push(event(number))
  vi.advanceTimersByTime(200)
  expect(told).toHaveBeenCalledTimes(1)
  expect(ticker.latest.events).toHaveLength(KEPT)
  expect(ticker.latest.events[0]?.id).toBe('499')
  expect(ticker.latest.perMinute).toBe(500)
})

it('counts the last minute only', () => {
  const ticker = new Ticker()
  ticker.watch(() => undefined)
  ticker.push(event(1))
  vi.advanceTimersByTime(59_000)
  ticker.push(event(2))
  vi.advanceTimersByTime(300)
  expect(ticker.latest.perMinute).toBe(2)
  vi.advanceTimersByTime(30_000)
  ticker.push(event(3))
  vi.advanceTimersByTime(300)
  expect(ticker.latest.perMinute).toBe(2)
})

it('counts what came in the last minute before it looked', () => {
  const ticker = new Ticker()
  ticker.watch(() => undefined)
  ticker.fill([event(99), event(41), event(39)])
  vi.advanceTimersByTime(300)
  expect(ticker.latest.perMinute).toBe(2)
})

it('shows nothing twice when what was before comes late', () => {
  const ticker = new Ticker()
  ticker.watch(() => undefined)
  ticker.push(event(3))
  ticker.fill([event(3), event(2), event(1)])
  ticker.push(event(3))
  vi.advanceTimersByTime(300)
  expect(ticker.latest.events.map(({ id }) => id)).toEqual(['3', '2', '1'])
})
