import { expect, it } from 'vitest'

import { ninths, presence } from './presence'

it('divides a picture into nine parts', () => {
  const seconds = Array.from({ length: 6 * 3 }, () => 0)
  seconds[0] = 30
  seconds[11] = 10
  expect(ninths({ width: 6, height: 3, seconds })).toEqual([
    [0.75, 0, 0],
    [0, 0, 0.25],
    [0, 0, 0],
  ])
})

it('counts every cell of a grid that cannot be divided evenly', () => {
  const grid = { width: 16, height: 10, seconds: Array.from({ length: 160 }, () => 2) }
  const parts = ninths(grid) ?? []
  expect(parts.flat().reduce((sum, share) => sum + share, 0)).toBeCloseTo(1)
  expect(presence(grid)).toBe(320)
})

it('has no shares of nothing', () => {
  expect(ninths({ width: 2, height: 1, seconds: [0, 0] })).toBeUndefined()
})
