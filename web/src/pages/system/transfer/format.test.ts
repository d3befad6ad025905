import { expect, it } from 'vitest'

import { formatOf, readItem } from './format'

it('takes a file for what its name says, else for what it looks like', () => {
  expect(formatOf('a.JSON', '')).toBe('json')
  expect(formatOf('a.toml', '{')).toBe('toml')
  expect(formatOf('backup', '\n {"format":"camtally/1"}')).toBe('json')
  expect(formatOf('backup', 'format = "camtally/1"')).toBe('toml')
})

it('reads what an import names', () => {
  expect(readItem('camera north door')).toEqual({ kind: 'camera', name: 'north door' })
  expect(readItem('something')).toEqual({ kind: undefined, name: 'something' })
})
