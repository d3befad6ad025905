import { describe, expect, it } from 'vitest'

import { draftOf, emptyDraft, errorsOf, ruleOf, withKnownChannels, type Draft } from './draft'
import type { Condition, Rule } from './types'

const counted = { cameras: ['a'], lines: ['door'], classes: [], directions: ['forward'] }
const conditions: Condition[] = [
  {
    kind: 'occupancy',
    place: { of: 'zone', camera: 'a', zone: 'queue' },
    threshold: { side: 'above', limit: 10, clear: 8 },
  },
  { kind: 'occupancy', place: { of: 'site' }, threshold: { side: 'below', limit: 0.5 } },
  { kind: 'count', counted, window_min: 15, threshold: { side: 'above', limit: 50 } },
  { kind: 'offline', cameras: [] },
  { kind: 'frozen', cameras: ['a'] },
  { kind: 'unusual', counted, deviations: 4, weeks: 8 },
]

const rule = (condition: Condition): Rule => ({
  name: 'Queue',
  site: 'main',
  severity: 'critical',
  enabled: false,
  condition,
  hold_s: 60,
  clear_s: 0,
  quiet: [{ days: ['sunday'], from: '22:00', until: '07:00' }],
  channels: ['x'],
  escalation: [{ after_s: 90, channels: ['y'] }],
  tell_resolved: false,
})

describe('draft', () => {
  it.each(conditions)('gives back the rule that it was made of: $kind', (condition) => {
    const draft = draftOf(rule(condition))
    expect(errorsOf(draft)).toEqual({})
    expect(ruleOf(draft)).toEqual(rule(condition))
  })
})

describe('errorsOf', () => {
  const errors = (change: Partial<Draft>) => errorsOf({ ...emptyDraft('main'), name: 'x', ...change })

  it('finds nothing wrong with a name and what is there at first', () => {
    expect(errors({})).toEqual({})
    expect(errors({ name: ' ' })).toEqual({ name: 'name' })
  })

  it('wants the second limit on the other side of the first', () => {
    expect(errors({ limit: '10', clear: '11' })).toEqual({ clear: 'clear_above' })
    expect(errors({ limit: '10', clear: '11', side: 'below' })).toEqual({})
    expect(errors({ limit: '10', clear: '9', side: 'below' })).toEqual({ clear: 'clear_below' })
    expect(errors({ limit: '' })).toEqual({ limit: 'limit' })
  })

  it('looks only at the fields of the kind', () => {
    expect(errors({ kind: 'offline', limit: 'x', window: '0', weeks: '1' })).toEqual({})
    expect(errors({ kind: 'count', window: '0' })).toEqual({ window: 'window' })
    expect(errors({ kind: 'unusual', weeks: '3', deviations: '1' })).toEqual({
      weeks: 'weeks',
      deviations: 'deviations',
    })
  })

  it('wants steps that rise and tell somebody', () => {
    const step = (minutes: string, ...channels: string[]) => ({ minutes, channels })
    expect(errors({ escalation: [step('15', 'a'), step('15', 'a'), step('30')] })).toEqual({
      'escalation.1.minutes': 'after',
      'escalation.2.channels': 'stepChannels',
    })
  })

  it('wants times of a day', () => {
    expect(errors({ quiet: [{ days: [], from: '22', until: '07:00' }] })).toEqual({ 'quiet.0.from': 'clock' })
  })
})

it('leaves out channels that are no longer there, and steps that told nobody else', () => {
  const { channels, escalation } = withKnownChannels(rule({ kind: 'offline', cameras: [] }), new Set(['x']))
  expect([channels, escalation]).toEqual([['x'], []])
})
