import { describe, expect, it } from 'vitest'

import { differences, shown } from './differences'

describe('differences', () => {
  it('names the fields that are not as they were, however deep', () => {
    const before = { name: 'Door', version: 3, receiver: { kind: 'web_hook', url: 'https://a' }, on: true }
    const after = { name: 'Door', version: 4, receiver: { kind: 'web_hook', url: 'https://b' }, on: false }
    expect(differences(before, after)).toEqual([
      { path: 'receiver.url', kind: 'changed', before: 'https://a', after: 'https://b' },
      { path: 'on', kind: 'changed', before: true, after: false },
    ])
  })

  it('tells parts of a list by their names', () => {
    const line = (name: string, x: number) => ({ name, points: [[x, 0]] })
    const found = differences(
      { line: [line('door', 0.1), line('gate', 0.2)] },
      { line: [line('hall', 0.5), line('door', 0.3)] },
    )
    expect(found.map(({ path, kind }) => `${path} ${kind}`)).toEqual([
      'line[door].points changed',
      'line[gate].name removed',
      'line[gate].points removed',
      'line[hall].name added',
      'line[hall].points added',
    ])
  })

  it('lists all of what was made or deleted', () => {
    expect(differences(null, { name: 'ben', email: null, roles: ['viewer'] })).toEqual([
      { path: 'name', kind: 'added', before: undefined, after: 'ben' },
      { path: 'roles', kind: 'added', before: undefined, after: ['viewer'] },
    ])
    expect(differences({ name: 'ben' }, null)).toEqual([
      { path: 'name', kind: 'removed', before: 'ben', after: undefined },
    ])
  })

  it('compares lists of plain values as a whole', () => {
    expect(differences({ roles: ['viewer'] }, { roles: ['viewer', 'admin:main'] })).toEqual([
      { path: 'roles', kind: 'changed', before: ['viewer'], after: ['viewer', 'admin:main'] },
    ])
    expect(differences({ list: [] }, { list: [] })).toEqual([])
  })

  it('takes null and absent for the same', () => {
    expect(differences({ email: null }, {})).toEqual([])
    expect(differences(null, null)).toEqual([])
  })
})

describe('shown', () => {
  it('fits into a line', () => {
    expect(shown(['viewer', 'admin'])).toBe('viewer, admin')
    expect(shown([[0.1, 0.5]])).toBe('[[0.1,0.5]]')
    expect([shown(true), shown(4), shown([])]).toEqual(['true', '4', '[]'])
  })
})
