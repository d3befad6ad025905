import { expect, it } from 'vitest'

import { linesOf } from './lines'

const group = (camera: string, rule: string, direction: string | null, ...counts: number[]) => ({
  camera,
  rule,
  direction,
  buckets: counts.map((count) => ({ count })),
})

it('has one row for each line of each camera, the busiest first', () => {
  const rows = linesOf([
    group('a', 'door', 'forward', 1, 2),
    group('b', 'door', 'forward', 9),
    group('a', 'door', 'backward', 1),
    group('a', 'zone', null, 50),
  ])
  expect(rows).toEqual([
    { camera: 'b', line: 'door', forward: 9, backward: 0 },
    { camera: 'a', line: 'door', forward: 3, backward: 1 },
  ])
})
