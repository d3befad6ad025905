import { BUCKETS, type Bucket } from './buckets'
import { isPreset, isRange, type Period } from './period'

export const PANES = ['counts', 'week', 'places', 'inside', 'zones', 'events'] as const
export type Pane = (typeof PANES)[number]

export const KINDS = ['crossing', 'turned_back', 'passed_by', 'zone_enter', 'zone_leave'] as const
export type Kind = (typeof KINDS)[number]

export const EVENT_KINDS = [...KINDS, 'gap', 'correction'] as const
export type EventKind = (typeof EVENT_KINDS)[number]

export const GROUPS = ['site', 'camera', 'rule', 'class', 'direction'] as const
export type Group = (typeof GROUPS)[number]

export const COMPARISONS = ['previous', 'week', 'year'] as const
export type Comparison = (typeof COMPARISONS)[number]

export const DIRECTIONS = ['forward', 'backward'] as const
export type Direction = (typeof DIRECTIONS)[number]

/** Everything that the history page shows; its address holds all of it. */
export interface View {
  pane: Pane
  period: Period
  bucket: Bucket | 'auto'
  kind: Kind
  group: Group | undefined
  compare: Comparison | undefined
  site: string | undefined
  cameras: string[]
  rules: string[]
  classes: string[]
  direction: Direction | undefined
  /** Which events are listed; all when it is empty. */
  kinds: EventKind[]
  /** Where the list of events begins. */
  cursor: string | undefined
}

export const DEFAULT_VIEW: View = {
  pane: 'counts',
  period: 'today',
  bucket: 'auto',
  kind: 'crossing',
  group: undefined,
  compare: undefined,
  site: undefined,
  cameras: [],
  rules: [],
  classes: [],
  direction: undefined,
  kinds: [],
  cursor: undefined,
}

const among = <T extends string>(known: readonly T[], text: string | null | undefined): T | undefined =>
  known.find((one) => one === text)

const list = (text: string | null): string[] => [...new Set((text ?? '').split(',').filter(Boolean))]

/** Reads the view of an address; what makes no sense is as if it were not there. */
export function viewOf(params: URLSearchParams): View {
  const range = { from: params.get('from') ?? '', until: params.get('until') ?? '' }
  const preset = params.get('period') ?? ''
  const ranged = isRange(range) ? range : DEFAULT_VIEW.period
  const kinds = list(params.get('kinds'))
  return {
    pane: among(PANES, params.get('show')) ?? DEFAULT_VIEW.pane,
    period: isPreset(preset) ? preset : ranged,
    bucket: among(BUCKETS, params.get('bucket')) ?? 'auto',
    kind: among(KINDS, params.get('kind')) ?? DEFAULT_VIEW.kind,
    group: among(GROUPS, params.get('group')),
    compare: among(COMPARISONS, params.get('compare')),
    site: params.get('site') ?? undefined,
    cameras: list(params.get('camera')),
    rules: list(params.get('rule')),
    classes: list(params.get('class')),
    direction: among(DIRECTIONS, params.get('direction')),
    kinds: EVENT_KINDS.filter((kind) => kinds.includes(kind)),
    cursor: params.get('cursor') ?? undefined,
  }
}

/** The parameters of a view: only what differs from the default, so that addresses stay short. */
export function paramsOf(view: View): Record<string, string> {
  const { period } = view
  const all: Record<string, string | undefined> = {
    show: view.pane === DEFAULT_VIEW.pane ? undefined : view.pane,
    ...(typeof period === 'object'
      ? { from: period.from, until: period.until }
      : { period: period === DEFAULT_VIEW.period ? undefined : period }),
    bucket: view.bucket === 'auto' ? undefined : view.bucket,
    kind: view.kind === DEFAULT_VIEW.kind ? undefined : view.kind,
    group: view.group,
    compare: view.compare,
    site: view.site,
    camera: view.cameras.join(','),
    rule: view.rules.join(','),
    class: view.classes.join(','),
    direction: view.direction,
    kinds: view.kinds.join(','),
    cursor: view.cursor,
  }
  return Object.fromEntries(Object.entries(all).filter((pair): pair is [string, string] => Boolean(pair[1])))
}

/** The address of a view: the same view has always the same. */
export function addressOf(view: View, path = '/history'): string {
  const text = new URLSearchParams(paramsOf(view)).toString()
  return text ? `${path}?${text}` : path
}

/** What of the view is asked of every list: an absent part is no restriction. */
export function filterOf(view: View) {
  return {
    ...(view.site ? { site: view.site } : {}),
    ...(view.cameras.length > 0 ? { camera: view.cameras.join(',') } : {}),
    ...(view.rules.length > 0 ? { rule: view.rules.join(',') } : {}),
    ...(view.classes.length > 0 ? { class: view.classes.join(',') } : {}),
    ...(view.direction ? { direction: view.direction } : {}),
  }
}
