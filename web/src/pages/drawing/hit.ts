import {
  distance,
  distanceTo,
  isIn,
  nearest,
  stretches,
  toPixels,
  type Point,
  type Size,
} from '@/parts/picture/geometry'

import type { Draft } from './draft'

/** What the pointer is on. */
export type Hit =
  | { on: 'corner'; key: number; corner: number }
  | { on: 'side'; key: number; after: number }
  | { on: 'inside'; key: number }

/** How near the pointer must be, in pixels; fingers are thicker. */
export const REACH = { mouse: 11, touch: 24 }

/** What is under a point, in pixels: the chosen shape first, then corners before sides before insides. */
export function hit(
  at: Point,
  drafts: readonly Draft[],
  chosen: number | undefined,
  size: Size,
  reach: number,
): Hit | undefined {
  const order = drafts.toSorted((a, b) => Number(b.key === chosen) - Number(a.key === chosen))
  const all = order.map((draft) => ({ ...draft, pixels: draft.points.map((point) => toPixels(point, size)) }))
  for (const { key, pixels } of all) {
    const corner = pixels.findIndex((point) => distance(point, at) <= reach)
    if (corner >= 0) return { on: 'corner', key, corner }
  }
  for (const { key, kind, pixels } of all) {
    if (distanceTo(at, pixels, kind === 'zone') > reach) continue
    const sides = stretches(pixels, kind === 'zone').map(([a, b]) => distance(at, nearest(at, a, b)))
    return { on: 'side', key, after: sides.indexOf(Math.min(...sides)) }
  }
  const zone = all.find(({ kind, pixels }) => kind === 'zone' && isIn(at, pixels))
  return zone && { on: 'inside', key: zone.key }
}
