import type { Schema } from '@/api'
import { asPoint, crossesItself, inside, type Point } from '@/parts/picture/geometry'
import type { Shape } from '@/parts/picture/scene'

export type Rules = Schema<'Rules'>
type LineRule = Schema<'LineRule'>
type ZoneRule = Schema<'ZoneRule'>

/** The point of a person that counts, unless something else is set. */
export const ANCHOR = 'foot'

/** A line or a zone that is being drawn; `key` tells it from others while its name changes. */
export type Draft = { key: number } & (
  { kind: 'line'; rule: Omit<LineRule, 'points'> } | { kind: 'zone'; rule: Omit<ZoneRule, 'points'> }
) & { points: readonly Point[] }

export type Kind = Draft['kind']

/** How many corners a line or a zone has at least, and at most. */
export const LEAST: Record<Kind, number> = { line: 2, zone: 3 }
export const MOST = 256

/** The rules of a camera as drafts. */
export function drafts({ line = [], zone = [] }: Rules): Draft[] {
  const lines = line.map(({ points, ...rule }) => ({
    kind: 'line' as const,
    points: points.map(asPoint),
    rule,
  }))
  const zones = zone.map(({ points, ...rule }) => ({
    kind: 'zone' as const,
    points: points.map(asPoint),
    rule,
  }))
  return [...lines, ...zones].map((draft, key) => ({ key, ...draft }))
}

/** What is sent to the server. */
export function rules(all: readonly Draft[]): Rules {
  const line: LineRule[] = []
  const zone: ZoneRule[] = []
  for (const draft of all) {
    const points = draft.points.map(([x, y]): [number, number] => [x, y])
    if (draft.kind === 'line') line.push({ ...draft.rule, points })
    else zone.push({ ...draft.rule, points })
  }
  return { line, zone }
}

/** A draft as it is drawn. */
export function shape(draft: Draft): Shape {
  const { kind, points, rule } = draft
  if (kind === 'zone') return { kind, name: rule.name, points }
  const { forward = 'in', backward = 'out' } = rule.names ?? {}
  return { kind, name: rule.name, points, forward, backward }
}

/** A name that no other rule has: "Line 2". */
export function freeName(all: readonly Draft[], word: string): string {
  const taken = new Set(all.map(({ rule }) => rule.name))
  for (let number = 1; ; number += 1) {
    const name = `${word} ${number}`
    if (!taken.has(name)) return name
  }
}

export type Fault = 'noName' | 'sameName' | 'tooFewPoints' | 'crossesItself' | 'noLength'

/** What the server would refuse in a draft, said while it is drawn. */
export function faultOf(draft: Draft, all: readonly Draft[]): Fault | undefined {
  const { points, kind, rule, key } = draft
  if (rule.name.trim() === '') return 'noName'
  if (all.some((other) => other.key !== key && other.rule.name === rule.name)) return 'sameName'
  if (points.length < LEAST[kind]) return 'tooFewPoints'
  if (new Set(points.map((point) => point.join())).size < LEAST[kind]) return 'noLength'
  if (crossesItself(points, kind === 'zone')) return 'crossesItself'
  return undefined
}

/** Moves all of a draft, as far as it stays in the picture. */
export function moved(points: readonly Point[], [dx, dy]: Point): Point[] {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)]
  const fit = (by: number, all: number[]) => Math.min(1 - Math.max(...all), Math.max(-Math.min(...all), by))
  const [byX, byY] = [fit(dx, xs), fit(dy, ys)]
  return points.map(([x, y]) => inside([x + byX, y + byY]))
}
