import { describe, expect, it } from 'vitest'

import { mute, nextStep } from './progress'
import type { Alert, Rule } from './types'

const start = '2026-11-23T08:00:00Z'
const now = Date.parse(start)

const alert = (change: Partial<Alert>): Alert => ({
  id: 'a',
  rule: 'r',
  name: 'Queue',
  site: 'main',
  subject: '',
  severity: 'warning',
  summary: '',
  value: 1,
  started: start,
  told: 1,
  ...change,
})

const rule: Rule = {
  name: 'Queue',
  site: 'main',
  severity: 'warning',
  condition: { kind: 'offline', cameras: [] },
  quiet: [{ from: '22:00', until: '09:00' }],
  escalation: [
    { after_s: 600, channels: ['x'] },
    { after_s: 1200, channels: ['y'] },
  ],
}

describe('nextStep', () => {
  it('is the first that was not told', () => {
    expect(nextStep(alert({}), rule)).toEqual({ at: now + 600_000, channels: ['x'] })
    expect(nextStep(alert({ told: 2 }), rule)).toEqual({ at: now + 1_200_000, channels: ['y'] })
    expect(nextStep(alert({ told: 3 }), rule)).toBeUndefined()
  })

  it('is none once somebody takes care, before anybody was told, or without the rule', () => {
    expect(nextStep(alert({ acknowledged: { time: start, by: 'ann' } }), rule)).toBeUndefined()
    expect(nextStep(alert({ told: 0 }), rule)).toBeUndefined()
    expect(nextStep(alert({}), undefined)).toBeUndefined()
  })
})

describe('mute', () => {
  it('says why nobody is told', () => {
    expect(mute(alert({}), rule, now, 'UTC')).toEqual({ why: 'quiet', until: now + 3_600_000 })
    expect(mute(alert({}), rule, now, 'Asia/Ho_Chi_Minh')).toBeUndefined()
    const silenced = alert({ silenced_until: '2026-11-23T12:00:00Z' })
    expect(mute(silenced, rule, now, 'UTC')).toEqual({ why: 'silenced', until: now + 4 * 3_600_000 })
    expect(mute(silenced, undefined, now + 5 * 3_600_000, 'UTC')).toBeUndefined()
  })
})
