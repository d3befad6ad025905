import { expect, it } from 'vitest'

import { blind, crowd, isStale, limitOf } from './crowd'

it('says how full it is', () => {
  expect([0, 33, 34, 39, 40, 41].map((inside) => crowd(inside, 40))).toEqual([
    'open',
    'open',
    'busy',
    'busy',
    'full',
    'full',
  ])
  expect(crowd(100, undefined)).toBe('unknown')
})

it('reads a limit, and takes nothing else for one', () => {
  expect(limitOf('40')).toBe(40)
  expect([null, '', '0', '-3', '2.5', 'x', '99999999'].map(limitOf)).toEqual(Array(7).fill(undefined))
})

it('names the entrances that nobody watches', () => {
  const entrances = [{ camera: 'a' }, { camera: 'a' }, { camera: 'b' }, { camera: 'c' }, { camera: 'd' }]
  const cameras = [
    { id: 'a', name: 'Door', state: 'counting' },
    { id: 'b', name: 'Gate', state: 'offline', since: '2026-11-28T12:00:00Z' },
    { id: 'd', name: 'Yard', state: 'overloaded' },
  ]
  expect(blind(entrances, cameras)).toEqual([
    { id: 'b', name: 'Gate', since: '2026-11-28T12:00:00Z' },
    { id: 'c', name: 'c', since: undefined },
  ])
})

it('believes a number only as long as there is news', () => {
  expect(isStale(1000, 20_000)).toBe(false)
  expect(isStale(1000, 21_001)).toBe(true)
})
