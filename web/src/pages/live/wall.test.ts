import { expect, it } from 'vitest'

import type { Schema } from '@/api'

import { namesOf } from './names'
import { inOrder } from './wall'

const camera = (name: string, state: string) =>
  ({
    id: name.toLowerCase().replaceAll(' ', '-'),
    name,
    state,
    site: 'main',
    lines: [{ name: 'door', forward: 'in', backward: 'out', points: [] }],
  }) as unknown as Schema<'CameraView'>

it('shows first what needs a look, then by name with numbers as numbers', () => {
  const all = [
    camera('Gate 10', 'counting'),
    camera('Gate 9', 'counting'),
    camera('Yard', 'offline'),
    camera('Attic', 'stopped'),
  ]
  expect(inOrder(all, '').map(({ name }) => name)).toEqual(['Yard', 'Gate 9', 'Gate 10', 'Attic'])
  expect(inOrder(all, ' GATE 1').map(({ name }) => name)).toEqual(['Gate 10'])
})

it('names cameras and ways, and lets pass what it does not know', () => {
  const site = { id: 'main', time_zone: 'Europe/Berlin' } as Schema<'Site'>
  const names = namesOf([camera('Front door', 'counting')], [site])
  expect(names('front-door')).toMatchObject({ name: 'Front door', zone: 'Europe/Berlin' })
  expect(names('front-door').way('door', 'backward')).toBe('out')
  expect(names('front-door').way('gone', 'forward')).toBe('forward')
  expect(names('other')).toMatchObject({ name: 'other', zone: 'UTC' })
})
