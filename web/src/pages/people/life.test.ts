import { expect, it } from 'vitest'

import { endOf, stateOf } from './life'

const now = Date.parse('2026-11-23T08:00:00Z')

it('ends after so many days, or never', () => {
  expect(endOf('week', now)).toBe('2026-11-30T08:00:00.000Z')
  expect(endOf('forGood', now)).toBeUndefined()
})

it('says how far something is', () => {
  expect(stateOf({ expires: null }, now)).toBe('good')
  expect(stateOf({ expires: '2026-11-23T08:00:00Z' }, now)).toBe('expired')
  expect(stateOf({ expires: '2026-11-22T08:00:00Z', revoked: '2026-11-21T08:00:00Z' }, now)).toBe('revoked')
})
