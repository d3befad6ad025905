import { quietUntil } from './quiet'
import type { Alert, Rule } from './types'

/** What is still to come of an alert that nobody has acknowledged. */
export interface Step {
  at: number
  channels: string[]
}

/** The next step of the escalation; none when there is none, or somebody takes care. */
export function nextStep(alert: Alert, rule: Rule | undefined): Step | undefined {
  if (alert.acknowledged || alert.resolved || !alert.told) return undefined
  // The first step are the channels that are told at once.
  const step = rule?.escalation?.[alert.told - 1]
  return step && { at: Date.parse(alert.started) + step.after_s * 1000, channels: step.channels }
}

/** Why nobody is told of an alert now, and until when; `Infinity` is for ever. */
export function mute(
  alert: Alert,
  rule: Rule | undefined,
  now: number,
  zone: string,
): { why: 'silenced' | 'quiet'; until: number } | undefined {
  const silenced = alert.silenced_until ? Date.parse(alert.silenced_until) : 0
  if (silenced > now) return { why: 'silenced', until: silenced }
  const quiet = rule?.quiet?.length ? quietUntil(rule.quiet, now, zone) : undefined
  return quiet === undefined ? undefined : { why: 'quiet', until: quiet }
}
