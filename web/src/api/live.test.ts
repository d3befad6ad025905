import { expect, it } from 'vitest'

import { waitMs } from './live'

it('waits longer after each failure, and never longer than 15 seconds', () => {
  expect([0, 1, 2, 3].map((failures) => waitMs(failures, 1))).toEqual([500, 1000, 2000, 4000])
  expect(waitMs(20, 1)).toBe(15_000)
  expect(waitMs(0, 0)).toBe(250)
})
