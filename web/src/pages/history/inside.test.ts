import { describe, expect, it } from 'vitest'

import { flows, insideOver, lastReset, type Entrance, type Flow } from './inside'

const ZONE = 'Europe/Berlin'
const look = { cameras: 1, now: new Date('2026-11-28T12:00:00Z') }
const minute = (text: string) => new Date(Date.parse(`2026-11-28T${text}:00Z`)).toISOString()
const flow = (from: string, until: string, entered: number, left: number): Flow => ({
  from: minute(from),
  until: minute(until),
  entered,
  left,
  watched: 'full',
})

describe('lastReset', () => {
  it('is by the clock of the site', () => {
    expect(lastReset(new Date('2026-11-28T12:00:00Z'), 4, ZONE).toISOString()).toBe(
      '2026-11-28T03:00:00.000Z',
    )
    expect(lastReset(new Date('2026-11-28T02:59:00Z'), 4, ZONE).toISOString()).toBe(
      '2026-11-27T03:00:00.000Z',
    )
  })
})

describe('flows', () => {
  const entrances: Entrance[] = [
    { camera: 'door', line: 'a', inward: 'forward' },
    { camera: 'yard', line: 'gate', inward: 'backward' },
  ]
  const group = (camera: string, rule: string, direction: string, count: number, observed_s = 60) => ({
    camera,
    rule,
    direction,
    cameras: 1,
    buckets: [{ from: minute('08:00'), until: minute('08:01'), count, observed_s }],
  })

  it('knows which way leads in, and leaves out other lines', () => {
    const groups = [
      group('door', 'a', 'forward', 5),
      group('door', 'a', 'backward', 2),
      group('door', 'b', 'forward', 50),
      group('yard', 'gate', 'backward', 3),
      group('yard', 'gate', 'forward', 1),
    ]
    expect(flows(entrances, groups, look)).toMatchObject([{ entered: 8, left: 3, watched: 'full' }])
  })

  it('is watched as well as the worst entrance', () => {
    const groups = [group('door', 'a', 'forward', 5), group('yard', 'gate', 'forward', 0, 0)]
    expect(flows(entrances, groups, look)).toMatchObject([{ entered: 5, left: 0, watched: 'none' }])
  })
})

describe('insideOver', () => {
  it('adds up, never below zero', () => {
    const all = [flow('08:00', '08:01', 2, 0), flow('08:01', '08:02', 0, 5), flow('08:02', '08:03', 4, 1)]
    expect(insideOver(all, [], 4, ZONE).map(({ inside }) => inside)).toEqual([2, 0, 3])
  })

  it('begins anew at the reset', () => {
    const all = [flow('02:59', '03:00', 7, 0), flow('03:00', '03:01', 1, 0)]
    expect(insideOver(all, [], 4, ZONE).map(({ inside }) => inside)).toEqual([7, 1])
  })

  it('takes a correction for what it is', () => {
    const all = [flow('08:00', '08:01', 5, 0), flow('08:01', '08:02', 1, 0), flow('08:02', '08:03', 2, 1)]
    const corrections = [{ time: minute('08:01'), was: 6, now: 3 }]
    expect(insideOver(all, corrections, 4, ZONE).map(({ inside }) => inside)).toEqual([5, 3, 4])
  })

  it('is unsure from an unwatched minute on, until the next correction', () => {
    const all: Flow[] = [
      flow('08:00', '08:01', 5, 0),
      { ...flow('08:01', '08:02', 0, 0), watched: 'none' },
      flow('08:02', '08:03', 0, 1),
      flow('08:03', '08:04', 0, 0),
    ]
    const corrections = [{ time: minute('08:03'), was: 4, now: 9 }]
    const made = insideOver(all, corrections, 4, ZONE)
    expect(made.map(({ sure }) => sure)).toEqual([true, false, false, true])
    expect(made.map(({ inside }) => inside)).toEqual([5, 5, 4, 9])
  })
})
