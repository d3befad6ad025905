import { describe, expect, it } from 'vitest'

import { readGrants, writeGrants } from './grants'

describe('grants', () => {
  it('are read as they are written, and the greatest counts', () => {
    expect(readGrants(['viewer', 'operator:main', 'admin:main', 'owner', 'viewer:main'])).toEqual({
      everywhere: 'viewer',
      sites: { main: 'admin' },
    })
  })

  it('leave out what adds nothing', () => {
    const grants = { everywhere: 'operator' as const, sites: { b: 'viewer', a: 'admin' } as const }
    expect(writeGrants(grants)).toEqual(['operator', 'admin:a'])
    expect(writeGrants({ everywhere: undefined, sites: { b: 'viewer', a: 'viewer' } })).toEqual([
      'viewer:a',
      'viewer:b',
    ])
  })
})
