import { expect, it } from 'vitest'

import { DEFAULT_VIEW, type View } from '../view'
import { isShown, queryOf, savedView } from './kept'

const view: View = { ...DEFAULT_VIEW, period: 'last_week', group: 'camera', cameras: ['a', 'b'], cursor: 'x' }

it('saves the whole view but for the page of events', () => {
  expect(savedView(queryOf(view))).toEqual({ ...view, cursor: undefined })
})

it('knows its own', () => {
  expect(savedView({ page: 'wall', period: 'today' })).toBeUndefined()
  expect(savedView({})).toBeUndefined()
  expect(savedView({ page: 'history', group: 5 })).toEqual(DEFAULT_VIEW)
})

it('knows what is shown', () => {
  expect(isShown(queryOf(view), view)).toBe(true)
  expect(isShown(queryOf(view), { ...view, compare: 'week' })).toBe(false)
  expect(isShown({ ...queryOf(view), kind: 'passed_by' }, view)).toBe(false)
})
