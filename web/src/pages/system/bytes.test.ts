import { expect, it } from 'vitest'

import { formatBytes } from './bytes'

it.each([
  [0, '0 byte'],
  [999, '999 byte'],
  [4096, '4 kB'],
  [16_777_216, '16.8 MB'],
])('%d', (bytes, words) => {
  expect(formatBytes(bytes, 'en')).toBe(words)
})
