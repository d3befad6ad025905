import { expect, it } from 'vitest'

import { snap } from './snap'

const size = { width: 800, height: 600 }

it('is drawn to the corner of another shape', () => {
  expect(snap([105, 104], [[100, 100]], [], size)).toEqual({ at: [100, 100] })
  expect(snap([125, 104], [[100, 100]], [], size).at).toEqual([125, 104])
})

it('is drawn level and plumb with the corners beside it', () => {
  const level = snap([300, 203], [], [[100, 200]], size)
  expect(level.at).toEqual([300, 200])
  expect(level.guide).toEqual([[100, 200], [300, 200]]) // prettier-ignore
  expect(snap([104, 400], [], [[100, 200]], size).at).toEqual([100, 400])
})

it("is drawn to the picture's border", () => {
  expect(snap([3, 597], [], [], size).at).toEqual([0, 600])
})
