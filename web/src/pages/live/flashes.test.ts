import { expect, it } from 'vitest'

import { Flashes } from './flashes'

it('fades, ends, and stays small', () => {
  const flashes = new Flashes()
  for (let number = 0; number < 200; number += 1) flashes.add(`line ${number}`, 'forward', number)
  const now = flashes.now(200)
  expect(now).toHaveLength(24)
  expect(now.at(-1)).toMatchObject({ rule: 'line 199', share: 1 / 1200 })
  expect(flashes.now(1399)).toEqual([])
})
