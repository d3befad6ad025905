import { expect, it } from 'vitest'

import { browserOf } from './browser'

it('names the browser, not those that it wants to be taken for', () => {
  const edge =
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0'
  expect(browserOf(edge)).toEqual({ name: 'Edge', system: 'Windows' })
  const safari =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1'
  expect(browserOf(safari)).toEqual({ name: 'Safari', system: 'iPhone' })
  expect(browserOf('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0')).toEqual({
    name: 'Firefox',
    system: 'Linux',
  })
  expect(browserOf('')).toEqual({ name: undefined, system: undefined })
})
