import { expect, it } from 'vitest'

import { mayAt, mayEverywhere, maySomewhere, rightsOf } from './rights'

it('takes the greatest of several roles', () => {
  const rights = rightsOf(['viewer', 'operator', 'operator:north', 'admin:north'])
  expect(rights.everywhere).toBe('operator')
  expect(mayAt(rights, 'admin', 'north')).toBe(true)
  expect(mayAt(rights, 'admin', 'south')).toBe(false)
  expect(mayAt(rights, 'operator', 'south')).toBe(true)
})

it('tells a role at one site from one everywhere', () => {
  const rights = rightsOf(['admin:north'])
  expect(mayEverywhere(rights, 'viewer')).toBe(false)
  expect(maySomewhere(rights, 'operator')).toBe(true)
  expect(mayAt(rights, 'viewer', 'south')).toBe(false)
})

it('gives nothing for roles that it does not know', () => {
  expect(maySomewhere(rightsOf(['owner', '']), 'viewer')).toBe(false)
})
