import { describe, expect, it } from 'vitest'

import { addressOf, DEFAULT_VIEW, filterOf, paramsOf, viewOf, type View } from './view'

const read = (text: string) => viewOf(new URLSearchParams(text))

const EVERYTHING: View = {
  pane: 'events',
  period: { from: '2026-11-01', until: '2026-11-08T12:30' },
  bucket: '15m',
  kind: 'zone_leave',
  group: 'direction',
  compare: 'week',
  site: 'main',
  cameras: ['door', 'yard'],
  rules: ['in & out', 'Cửa'],
  classes: ['person'],
  direction: 'backward',
  kinds: ['crossing', 'gap'],
  cursor: '1795531370639000.ffce511e59ef5778908e30719fad2da1',
}

describe('the address of a view', () => {
  it('holds the whole view', () => {
    const [, query] = addressOf(EVERYTHING).split('?')
    expect(read(query ?? '')).toEqual(EVERYTHING)
    expect(viewOf(new URLSearchParams(paramsOf(EVERYTHING)))).toEqual(EVERYTHING)
  })

  it('is short for the default', () => {
    expect(addressOf(DEFAULT_VIEW)).toBe('/history')
    expect(read('')).toEqual(DEFAULT_VIEW)
    expect(addressOf({ ...DEFAULT_VIEW, period: 'last_week' })).toBe('/history?period=last_week')
  })

  it('takes what makes no sense for the default', () => {
    expect(
      read('show=x&period=ever&bucket=2m&kind=gap&group=mood&compare=never&direction=up&kinds=boo'),
    ).toEqual(DEFAULT_VIEW)
    expect(read('from=2026-11-08&until=2026-11-01').period).toBe('today')
    expect(read('camera=a,,a,b').cameras).toEqual(['a', 'b'])
  })
})

describe('filterOf', () => {
  it('leaves out what restricts nothing', () => {
    expect(filterOf(DEFAULT_VIEW)).toEqual({})
    expect(filterOf(EVERYTHING)).toEqual({
      site: 'main',
      camera: 'door,yard',
      rule: 'in & out,Cửa',
      class: 'person',
      direction: 'backward',
    })
  })
})
