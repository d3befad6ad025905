import { describe, expect, it } from 'vitest'

import { questionOf, readFilter, writeFilter } from './filter'

const empty = readFilter(new URLSearchParams())

describe('filter', () => {
  it('is kept in the address', () => {
    const filter = { ...empty, actor: 'ann', from: '2026-11-23' }
    expect(readFilter(new URLSearchParams(writeFilter(filter)))).toEqual(filter)
    expect(writeFilter(empty)).toEqual({})
  })

  it.each([
    ['UTC', '2026-11-23T00:00:00.000Z', '2026-11-24T00:00:00.000Z'],
    ['Asia/Ho_Chi_Minh', '2026-11-22T17:00:00.000Z', '2026-11-23T17:00:00.000Z'],
    ['Pacific/Kiritimati', '2026-11-22T10:00:00.000Z', '2026-11-23T10:00:00.000Z'],
    ['Pacific/Midway', '2026-11-23T11:00:00.000Z', '2026-11-24T11:00:00.000Z'],
  ])('asks for whole days of %s', (zone, from, until) => {
    const day = { ...empty, from: '2026-11-23', until: '2026-11-23' }
    expect(questionOf(day, zone)).toEqual({ from, until })
  })

  it('leaves out what is empty', () => {
    expect(questionOf({ ...empty, actor: ' ', what: 'camera.' }, 'UTC')).toEqual({ action: 'camera.' })
  })
})
