import { expect, it } from 'vitest'

import { pathOf, stretchesOf } from './curve'

const readings = [0, 5, undefined, undefined, 10].map((value, time) => ({ time, value }))

it('draws a line that breaks where nothing is known', () => {
  expect(pathOf(readings, 10, 100, 50)).toBe('M0 50L25 25M100 0')
})

it('gives the stretches in which nothing is known', () => {
  expect(stretchesOf(readings)).toEqual([[0.4, 0.8]])
  expect(stretchesOf([{ time: 0, value: undefined }])).toEqual([[0, 1]])
  expect(stretchesOf([])).toEqual([])
})
