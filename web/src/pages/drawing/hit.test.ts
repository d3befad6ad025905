import { expect, it } from 'vitest'

import type { Draft } from './draft'
import { hit } from './hit'

const size = { width: 100, height: 100 }
const line: Draft = { key: 1, kind: 'line', rule: { name: 'a', anchor: 'foot' }, points: [[0.1, 0.5], [0.9, 0.5]] } // prettier-ignore
const zone: Draft = { key: 2, kind: 'zone', rule: { name: 'b', anchor: 'foot' }, points: [[0, 0], [1, 0], [1, 1], [0, 1]] } // prettier-ignore

it('finds corners before sides before insides', () => {
  expect(hit([12, 50], [zone, line], undefined, size, 5)).toEqual({ on: 'corner', key: 1, corner: 0 })
  expect(hit([50, 53], [zone, line], undefined, size, 5)).toEqual({ on: 'side', key: 1, after: 0 })
  expect(hit([50, 80], [zone, line], undefined, size, 5)).toEqual({ on: 'inside', key: 2 })
  expect(hit([50, 80], [line], undefined, size, 5)).toBeUndefined()
})

it('finds the side that closes a zone', () => {
  expect(hit([2, 50], [zone], undefined, size, 5)).toEqual({ on: 'side', key: 2, after: 3 })
})

it('prefers the chosen shape', () => {
  const other = { ...line, key: 3 }
  expect(hit([10, 50], [line, other], 3, size, 5)).toMatchObject({ key: 3 })
})
