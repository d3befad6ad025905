import { distance, type Point, type Size } from '@/parts/picture/geometry'

/** How near the pointer must be, in pixels of the screen. */
const POINT = 12
const STRAIGHT = 7

export interface Snapped {
  at: Point
  /** A stretch that shows why it was drawn there: from the corner that it is level or plumb with. */
  guide?: [Point, Point]
}

/**
 * Draws a point, in pixels, to what is likely meant: another shape's corner, the picture's border, or the level and the plumb of the
 * corners beside it.
 */
export function snap(at: Point, corners: readonly Point[], beside: readonly Point[], size: Size): Snapped {
  const near = corners.find((corner) => distance(corner, at) < POINT)
  if (near) return { at: near }
  let [x, y] = at
  let guide: [Point, Point] | undefined
  for (const [bx, by] of beside) {
    if (Math.abs(y - by) < STRAIGHT && Math.abs(x - bx) > STRAIGHT) {
      y = by
      guide = [[bx, by], [x, y]] // prettier-ignore
    } else if (Math.abs(x - bx) < STRAIGHT && Math.abs(y - by) > STRAIGHT) {
      x = bx
      guide = [[bx, by], [x, y]] // prettier-ignore
    }
  }
  x = border(x, size.width)
  y = border(y, size.height)
  return guide ? { at: [x, y], guide: [guide[0], [x, y]] } : { at: [x, y] }
}

function border(value: number, length: number): number {
  if (value < STRAIGHT) return 0
  return value > length - STRAIGHT ? length : value
}
