import { expect, it } from 'vitest'

import { firstGap } from './chain'

it('finds where an entry is missing', () => {
  expect(firstGap([9, 8, 7])).toBeUndefined()
  expect(firstGap([9, 7, 6])).toEqual([9, 7])
  expect(firstGap([])).toBeUndefined()
})
