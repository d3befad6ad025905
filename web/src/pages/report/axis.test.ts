import { expect, it } from 'vitest'

import { axis } from './axis'

it.each([
  [0, [0, 1]],
  [1, [0, 1]],
  [3, [0, 1, 2, 3]],
  [7, [0, 2, 4, 6, 8]],
  [132, [0, 50, 100, 150]],
  [980, [0, 500, 1000]],
])('has round lines up to %i', (highest, steps) => {
  expect(axis(highest)).toEqual({ top: steps.at(-1), steps })
})
