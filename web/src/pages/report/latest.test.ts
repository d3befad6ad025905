import { expect, it } from 'vitest'

import { latest } from './latest'

const audit = (line: string, until: string, finished: string | null = until, camera = 'a') => ({
  camera,
  line,
  until,
  finished,
})

it('takes the last finished audit of each line', () => {
  const [old, later, open, other] = [
    audit('door', '2026-11-01T00:00:00Z'),
    audit('door', '2026-11-08T00:00:00Z'),
    audit('door', '2026-11-20T00:00:00Z', null),
    audit('gate', '2026-11-02T00:00:00Z', undefined, 'b'),
  ] as const
  expect(latest([later, old, open, other], [])).toEqual([later, other])
  expect(latest([later, old, open, other], ['b'])).toEqual([other])
})
