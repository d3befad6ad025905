import { describe, expect, it } from 'vitest'

import { changeOf, idOf, siteDraft, siteErrors } from './draft'

describe('idOf', () => {
  it.each([
    ['Town hall', 'town-hall'],
    ['  Chợ Đồng Xuân (1) ', 'cho-dong-xuan-1'],
    ['Café Müller', 'cafe-muller'],
    ['!!!', ''],
    ['x'.repeat(70), 'x'.repeat(63)],
  ])('%s', (name, id) => {
    expect(idOf(name)).toBe(id)
  })
})

describe('siteErrors', () => {
  const door = { camera: 'a', line: 'door', inward: 'forward' as const }
  const draft = { ...siteDraft(undefined, 'UTC'), id: 'main', name: 'Town hall', entrances: [door] }

  it('finds nothing wrong with a site that has all', () => {
    expect(siteErrors(draft, true)).toEqual({})
    expect(changeOf(draft)).toEqual({
      name: 'Town hall',
      time_zone: 'UTC',
      reset_hour: 4,
      entrances: [door],
    })
  })

  it('wants an id while it is new, a name of 100 bytes, a zone, and each line once', () => {
    expect(siteErrors({ ...draft, id: 'Main' }, true)).toEqual({ id: true })
    expect(siteErrors({ ...draft, id: 'Main' }, false)).toEqual({})
    expect(siteErrors({ ...draft, name: 'ố'.repeat(40) }, true)).toEqual({ name: true })
    expect(siteErrors({ ...draft, zone: '' }, true)).toEqual({ zone: true })
    const twice = [door, { ...door, inward: 'backward' as const }]
    expect(siteErrors({ ...draft, entrances: twice }, true)).toEqual({ entrance: true })
  })
})
