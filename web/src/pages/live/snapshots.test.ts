import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { Snapshots } from './snapshots'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('takes turns over two connections, and leaves out nobody', async () => {
  let running = 0
  let most = 0
  const taken = new Map<string, number>()
  const snapshots = new Snapshots(async (camera) => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setTimeout(resolve, 100))
    running -= 1
    taken.set(camera, (taken.get(camera) ?? 0) + 1)
    return new Blob([camera])
  })
  const shown = vi.fn()
  for (let camera = 0; camera < 50; camera += 1) snapshots.watch(`${camera}`, shown)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(most).toBe(2)
  expect(taken.size).toBe(50)
  expect(Math.max(...taken.values()) - Math.min(...taken.values())).toBeLessThanOrEqual(1)
  expect(shown).toHaveBeenCalled()
})

it('goes on after a failure, and stops when nobody looks', async () => {
  let asked = 0
  const snapshots = new Snapshots(() => {
    asked += 1
    return Promise.reject(new Error('no picture'))
  })
  const stop = snapshots.watch('door', () => undefined)
  await vi.advanceTimersByTimeAsync(3_000)
  expect(asked).toBeGreaterThan(2)
  stop()
  await vi.advanceTimersByTimeAsync(1_000)
  const before = asked
  await vi.advanceTimersByTimeAsync(5_000)
  expect(asked).toBe(before)
})
