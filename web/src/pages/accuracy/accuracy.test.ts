import { describe, expect, it } from 'vitest'

import { frameAt, wanted } from './frames'
import { keysFor, pressed } from './keys'
import { add, bodyOf, counted, marksOf, outside, reconsidered, undone, without, type Mark } from './marks'
import { mistakesOf } from './mistakes'
import { sheets } from './sheets'

const press = (key: string, more = {}) => ({
  key,
  repeat: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...more,
})

describe('keys', () => {
  const keys = keysFor(['door', 'gate'])

  it('gives each line and direction its own', () => {
    expect(new Set(keys.map(({ key }) => key)).size).toBe(4)
    expect(pressed(keys, press('j'))).toEqual({ key: 'j', line: 'door', direction: 'forward' })
    expect(pressed(keys, press('D'))).toEqual({ key: 'd', line: 'gate', direction: 'backward' })
    const many = keysFor(['1', '2', '3', '4', '5', '6', '7'])
    expect(new Set(many.map(({ key }) => key)).size).toBe(12)
  })

  it('marks once for a key that is held down, and leaves the browser its shortcuts', () => {
    expect(pressed(keys, press('j', { repeat: true }))).toBeUndefined()
    expect(pressed(keys, press('f', { ctrlKey: true }))).toBeUndefined()
    expect(pressed(keys, press('x'))).toBeUndefined()
  })
})

describe('marks', () => {
  const mark = (line: string, time: number, direction: Mark['direction'] = 'forward'): Mark => ({
    line,
    time,
    direction,
    ambiguous: false,
  })
  const [late, early, other] = [mark('door', 2000), mark('door', 1000, 'backward'), mark('gate', 1500)]
  const marks = [late, early, other].reduce<readonly Mark[]>(add, [])

  it('takes back what was set last, not what is latest', () => {
    expect(undone(marks)).toEqual([late, early])
    expect(undone([])).toEqual([])
    expect(without(marks, early)).toEqual([late, other])
  })

  it('sends the marks of a line in the order of time', () => {
    expect(bodyOf(marks, 'door')).toEqual([
      { time: '1970-01-01T00:00:01.000Z', direction: 'backward', ambiguous: false, class: 'person' },
      { time: '1970-01-01T00:00:02.000Z', direction: 'forward', ambiguous: false, class: 'person' },
    ])
    const read = marksOf([{ line: 'door', marks: bodyOf(marks, 'door') }])
    expect(read).toEqual([early, late])
  })

  it('counts, and doubts', () => {
    expect(counted(marks, 'door', 'forward')).toBe(1)
    expect(reconsidered(marks, early)[1]).toEqual({ ...early, ambiguous: true })
    expect(outside(marks, 1000, 2000)).toEqual([late])
  })
})

describe('frames', () => {
  it('shows the last frame that is not after the moment', () => {
    const times = [100, 200, 300, 400]
    expect([50, 100, 199, 200, 350, 999].map((moment) => frameAt(times, moment))).toEqual([0, 0, 0, 1, 2, 3])
    expect(frameAt([], 5)).toBe(0)
  })

  it('fetches ahead first', () => {
    expect(wanted(2, 6, 2, 2)).toEqual([2, 3, 4, 1, 0])
    expect(wanted(5, 6, 3, 0)).toEqual([5])
  })
})

describe('sheets', () => {
  const audit = (id: string, line: string, created: string, from = '2026-11-28T08:00:00Z') => ({
    id,
    camera: 'entrance',
    line,
    from,
    until: '2026-11-28T08:15:00Z',
    created,
    created_by: 'anna',
  })

  it('keeps together what was marked together', () => {
    const made = sheets([
      audit('1', 'door', '2026-11-28T09:00:00Z'),
      audit('2', 'gate', '2026-11-28T09:00:01Z'),
      audit('3', 'door', '2026-11-28T09:00:02Z'),
      audit('4', 'gate', '2026-11-28T10:00:00Z'),
      audit('5', 'yard', '2026-11-28T09:00:03Z', '2026-11-28T07:00:00Z'),
    ])
    expect(made.map(({ audits }) => audits.map(({ id }) => id))).toEqual([['4'], ['5'], ['3'], ['1', '2']])
  })
})

it('lists mistakes of both kinds in the order of time', () => {
  const at = (second: number) => ({
    time: `2026-11-28T08:00:0${second}Z`,
    direction: 'forward',
  })
  const made = mistakesOf({ misses: [at(1), at(5)], extras: [at(3)] })
  expect(made.map(({ what }) => what)).toEqual(['missed', 'extra', 'missed'])
})
