import { describe, expect, it } from 'vitest'

import { crossesItself, distanceTo, eighth, inside, isIn, middle, nearest, type Point } from './geometry'

describe('middle', () => {
  it('says that a line from left to right counts down the picture as forward', () => {
    expect(middle([[0, 5], [10, 5]])).toEqual({ at: [5, 5], forward: [0, 1] }) // prettier-ignore
  })

  it('says that a line from right to left counts up the picture as forward', () => {
    expect(middle([[10, 5], [0, 5]])?.forward).toEqual([0, -1]) // prettier-ignore
  })

  it('is halfway along the length of a bent line', () => {
    expect(middle([[0, 0], [2, 0], [2, 6]])).toEqual({ at: [2, 2], forward: [-1, 0] }) // prettier-ignore
  })

  it('does not exist for a line without length', () => {
    expect(middle([[1, 1], [1, 1]])).toBeUndefined() // prettier-ignore
    expect(middle([])).toBeUndefined()
  })
})

const square: Point[] = [[0, 0], [4, 0], [4, 4], [0, 4]] // prettier-ignore

it('finds the nearest point of a stretch, also beyond its ends', () => {
  expect(nearest([5, 3], [0, 0], [4, 0])).toEqual([4, 0])
  expect(nearest([2, 3], [0, 0], [4, 0])).toEqual([2, 0])
  expect(nearest([2, 3], [1, 1], [1, 1])).toEqual([1, 1])
})

it('measures the distance to the side that closes a zone', () => {
  expect(distanceTo([-1, 2], square)).toBeCloseTo(Math.hypot(1, 2))
  expect(distanceTo([-1, 2], square, true)).toBe(1)
})

it('tells what is in a zone', () => {
  expect(isIn([2, 2], square)).toBe(true)
  expect(isIn([5, 2], square)).toBe(false)
})

it('notices lines and zones that cross themselves', () => {
  const bow: Point[] = [[0, 0], [4, 4], [4, 0], [0, 4]] // prettier-ignore
  expect(crossesItself(bow, true)).toBe(true)
  expect(crossesItself(square, true)).toBe(false)
  expect(crossesItself([[0, 0], [4, 0], [4, 4], [2, 4], [2, -1]])).toBe(true) // prettier-ignore
})

it('keeps points within the picture', () => {
  expect(inside([-0.2, 1.3])).toEqual([0, 1])
  expect(inside([0.123456, 0.5])).toEqual([0.1235, 0.5])
})

it('names eight directions', () => {
  expect([eighth([1, 0]), eighth([0, 1]), eighth([-1, 0]), eighth([0, -1]), eighth([1, -1])]).toEqual([
    0, 2, 4, 6, 7,
  ])
})
