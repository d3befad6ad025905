import { expect, it } from 'vitest'

import { layers, stacked } from './layers'

const group = (camera: string, ...counts: number[]) => ({
  site: null,
  camera,
  rule: null,
  class: null,
  direction: null,
  buckets: counts.map((count) => ({ count })),
})

it('puts the largest first', () => {
  const made = layers([group('a', 1, 2), group('b', 5, 5)])
  expect(made.map(({ counts, total }) => [counts, total])).toEqual([
    [[5, 5], 10],
    [[1, 2], 3],
  ])
})

it('puts together what is too much for the colours, and loses nothing', () => {
  const made = layers([group('a', 1, 2), group('b', 5, 5), group('c', 3, 0), group('d', 1, 1)], 3)
  expect(made.map(({ of }) => (typeof of === 'number' ? of : of.camera))).toEqual(['b', 'a', 2])
  expect(made.map(({ counts }) => counts)).toEqual([
    [5, 5],
    [1, 2],
    [4, 1],
  ])
})

it('stacks from the ground up', () => {
  expect(stacked(layers([group('a', 1, 2), group('b', 5, 5)]))).toEqual([
    [5, 5],
    [6, 7],
  ])
  expect(stacked([])).toEqual([])
})
