import { expect, it } from 'vitest'

import { directionNames } from './directions'

const line = (name: string, forward: string, backward: string) => ({ name, forward, backward })
const cameras = [
  { id: 'door', lines: [line('a', 'in', 'out')] },
  { id: 'yard', lines: [line('b', 'in', 'out'), line('c', 'north', 'south')] },
]

it('takes the names that all chosen lines share', () => {
  expect(directionNames(cameras, { cameras: [], rules: [] })).toBeUndefined()
  expect(directionNames(cameras, { cameras: ['door'], rules: [] })).toEqual({
    forward: 'in',
    backward: 'out',
  })
  expect(directionNames(cameras, { cameras: [], rules: ['a', 'b'] })).toEqual({
    forward: 'in',
    backward: 'out',
  })
  expect(directionNames(cameras, { cameras: [], rules: ['c'] })).toEqual({
    forward: 'north',
    backward: 'south',
  })
  expect(directionNames([], { cameras: [], rules: [] })).toBeUndefined()
})
