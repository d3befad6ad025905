import { expect, it } from 'vitest'

import { DEFAULT_VIEW } from '../view'
import { exportAddress } from './address'

const span = { from: new Date('2026-11-23T00:00:00Z'), until: new Date('2026-11-24T00:00:00Z') }
const view = { ...DEFAULT_VIEW, cameras: ['a', 'b'], group: 'direction' as const, kinds: ['gap' as const] }
const query = (address: string) => Object.fromEntries(new URL(address, 'http://x').searchParams)

it('asks for the counts that are shown', () => {
  const address = exportAddress('counts', 'parquet', view, span)
  expect(address.split('?')[0]).toBe('/api/v1/exports/counts')
  expect(query(address)).toEqual({
    format: 'parquet',
    from: '2026-11-23T00:00:00.000Z',
    until: '2026-11-24T00:00:00.000Z',
    camera: 'a,b',
    bucket: '1h',
    kind: 'crossing',
    group: 'direction',
  })
})

it('asks for events by their own kinds, and in no buckets', () => {
  expect(query(exportAddress('events', 'csv', view, span))).toEqual({
    format: 'csv',
    from: '2026-11-23T00:00:00.000Z',
    until: '2026-11-24T00:00:00.000Z',
    camera: 'a,b',
    kind: 'gap',
  })
})
