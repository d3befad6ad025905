import { expect, it } from 'vitest'

import { csrfToken } from './session'

it('finds the proof among other cookies', () => {
  expect(csrfToken('a=b; camtally_csrf=x1; c=d')).toBe('x1')
  expect(csrfToken('camtally_csrf=x1')).toBe('x1')
  expect(csrfToken('xcamtally_csrf=no')).toBeUndefined()
  expect(csrfToken('')).toBeUndefined()
})
