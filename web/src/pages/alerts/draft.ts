import { minutesOf, type Weekday } from './quiet'
import type { Condition, Kind, Rule, Severity } from './types'

/** A rule while it is being edited. Numbers are texts until they are read, so that a field may be empty meanwhile. */
export interface Draft {
  name: string
  site: string
  severity: Severity
  enabled: boolean
  kind: Kind
  /** Where: the site itself, or one of its zones. */
  zone: { camera: string; zone: string } | undefined
  side: 'above' | 'below'
  limit: string
  clear: string
  window: string
  cameras: string[]
  lines: string[]
  classes: string[]
  directions: string[]
  deviations: string
  weeks: string
  hold: string
  clearFor: string
  quiet: { days: Weekday[]; from: string; until: string }[]
  channels: string[]
  escalation: { minutes: string; channels: string[] }[]
  tellResolved: boolean
}

export function emptyDraft(site: string): Draft {
  return {
    name: '',
    site,
    severity: 'warning',
    enabled: true,
    kind: 'occupancy',
    zone: undefined,
    side: 'above',
    limit: '10',
    clear: '',
    window: '15',
    cameras: [],
    lines: [],
    classes: [],
    directions: [],
    deviations: '4',
    weeks: '8',
    hold: '60',
    clearFor: '60',
    quiet: [],
    channels: [],
    escalation: [],
    tellResolved: true,
  }
}

export function draftOf(rule: Rule): Draft {
  return {
    ...emptyDraft(rule.site),
    name: rule.name,
    severity: rule.severity,
    enabled: rule.enabled ?? true,
    ...conditionDraft(rule.condition),
    hold: `${rule.hold_s ?? 0}`,
    clearFor: `${rule.clear_s ?? 0}`,
    quiet: (rule.quiet ?? []).map(({ days, from, until }) => ({ days: [...(days ?? [])], from, until })),
    channels: [...(rule.channels ?? [])],
    escalation: (rule.escalation ?? []).map(({ after_s, channels }) => ({
      minutes: `${after_s / 60}`,
      channels: [...channels],
    })),
    tellResolved: rule.tell_resolved ?? true,
  }
}

function conditionDraft(condition: Condition): Partial<Draft> {
  const { kind } = condition
  if (kind === 'offline' || kind === 'frozen') return { kind, cameras: [...(condition.cameras ?? [])] }
  if (kind === 'occupancy') {
    const { place } = condition
    const zone = place.of === 'zone' ? { camera: place.camera, zone: place.zone } : undefined
    return { kind, zone, ...thresholdDraft(condition.threshold) }
  }
  const { cameras, lines, classes, directions } = condition.counted
  const counted = { kind, cameras, lines, classes, directions }
  if (kind === 'count') {
    return { ...counted, window: `${condition.window_min}`, ...thresholdDraft(condition.threshold) }
  }
  return { ...counted, deviations: `${condition.deviations ?? 4}`, weeks: `${condition.weeks ?? 8}` }
}

function thresholdDraft({
  side,
  limit,
  clear,
}: {
  side: 'above' | 'below'
  limit: number
  clear?: number | null
}) {
  return { side, limit: `${limit}`, clear: clear === undefined || clear === null ? '' : `${clear}` }
}

/** The rule that a draft without errors describes. */
export function ruleOf(draft: Draft): Rule {
  return {
    name: draft.name.trim(),
    site: draft.site,
    severity: draft.severity,
    enabled: draft.enabled,
    condition: conditionOf(draft),
    hold_s: Number(draft.hold),
    clear_s: Number(draft.clearFor),
    quiet: draft.quiet,
    channels: draft.channels,
    escalation: draft.escalation.map(({ minutes, channels }) => ({
      after_s: Math.round(Number(minutes) * 60),
      channels,
    })),
    tell_resolved: draft.tellResolved,
  }
}

export function conditionOf(draft: Draft): Condition {
  const { kind, cameras, lines, classes, directions } = draft
  const clear = draft.clear.trim()
  const threshold = {
    side: draft.side,
    limit: Number(draft.limit),
    ...(clear === '' ? {} : { clear: Number(clear) }),
  }
  const counted = { cameras, lines, classes, directions }
  switch (kind) {
    case 'occupancy':
      return { kind, place: draft.zone ? { of: 'zone', ...draft.zone } : { of: 'site' }, threshold }
    case 'count':
      return { kind, counted, window_min: Number(draft.window), threshold }
    case 'unusual':
      return { kind, counted, deviations: Number(draft.deviations), weeks: Number(draft.weeks) }
    case 'offline':
    case 'frozen':
      return { kind, cameras }
  }
}

/** What is wrong with a draft: texts of `alerts:form.error`, by the field's name. Parts of a list have its place behind them. */
export type DraftErrors = Partial<Record<string, ErrorKey>>
export type ErrorKey =
  | 'name'
  | 'limit'
  | 'clear_above'
  | 'clear_below'
  | 'window'
  | 'deviations'
  | 'weeks'
  | 'seconds'
  | 'clock'
  | 'after'
  | 'stepChannels'

const WEEK_S = 7 * 24 * 3600

export function errorsOf(draft: Draft): DraftErrors {
  const errors: DraftErrors = {}
  if (!draft.name.trim() || draft.name.length > 100) errors.name = 'name'
  if (draft.kind === 'occupancy' || draft.kind === 'count') {
    const [limit, clear] = [numberOf(draft.limit), numberOf(draft.clear)]
    if (limit === undefined || limit < 0) errors.limit = 'limit'
    else if (draft.clear.trim() !== '') {
      const inOrder = clear !== undefined && (draft.side === 'above' ? clear <= limit : clear >= limit)
      if (!inOrder) errors.clear = `clear_${draft.side}`
    }
  }
  if (draft.kind === 'count' && !isWhole(draft.window, 1, 1440)) errors.window = 'window'
  if (draft.kind === 'unusual') {
    const deviations = numberOf(draft.deviations)
    if (deviations === undefined || deviations < 2 || deviations > 100) errors.deviations = 'deviations'
    if (!isWhole(draft.weeks, 4, 52)) errors.weeks = 'weeks'
  }
  if (!isWhole(draft.hold, 0, WEEK_S)) errors.hold = 'seconds'
  if (!isWhole(draft.clearFor, 0, WEEK_S)) errors.clearFor = 'seconds'
  draft.quiet.forEach(({ from, until }, at) => {
    if (minutesOf(from) === undefined) errors[`quiet.${at}.from`] = 'clock'
    if (minutesOf(until) === undefined) errors[`quiet.${at}.until`] = 'clock'
  })
  let before = 0
  draft.escalation.forEach(({ minutes, channels }, at) => {
    const after = numberOf(minutes) ?? NaN
    if (!(after > before && after * 60 <= WEEK_S)) errors[`escalation.${at}.minutes`] = 'after'
    else before = after
    if (channels.length === 0) errors[`escalation.${at}.channels`] = 'stepChannels'
  })
  return errors
}

/** A number, unless the field is empty or holds something else. */
function numberOf(text: string): number | undefined {
  const number = text.trim() === '' ? NaN : Number(text)
  return Number.isFinite(number) ? number : undefined
}

function isWhole(text: string, least: number, most: number): boolean {
  const number = numberOf(text)
  return number !== undefined && Number.isInteger(number) && number >= least && number <= most
}

/** A rule without the channels that are no longer there: the server refuses one that names them. */
export function withKnownChannels<R extends Rule>(rule: R, known: ReadonlySet<string>): R {
  const kept = (channels: readonly string[]) => channels.filter((id) => known.has(id))
  const escalation = (rule.escalation ?? [])
    .map((step) => ({ ...step, channels: kept(step.channels) }))
    .filter((step) => step.channels.length > 0)
  return { ...rule, channels: kept(rule.channels ?? []), escalation }
}
