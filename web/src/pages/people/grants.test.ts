import { describe, expect, it } from 'vitest'

import { rightsOf } from '@/app/rights'

import { readGrant, writeRights } from './grants'

describe('writeRights', () => {
  it('writes what was read, without what adds nothing', () => {
    expect(writeRights(rightsOf(['viewer', 'operator:main']))).toEqual(['viewer', 'operator:main'])
    expect(writeRights(rightsOf(['operator', 'viewer:b', 'admin:a']))).toEqual(['operator', 'admin:a'])
    expect(writeRights(rightsOf(['viewer:b', 'viewer:a']))).toEqual(['viewer:a', 'viewer:b'])
  })
})

it('reads a role at one site', () => {
  expect(readGrant('operator:main')).toEqual({ role: 'operator', site: 'main' })
  expect(readGrant('admin')).toEqual({ role: 'admin', site: undefined })
  expect(readGrant('owner')).toBeUndefined()
})
