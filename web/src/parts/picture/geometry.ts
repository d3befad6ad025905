/** A point of a picture: shares of its width and height, from the top left corner. */
export type Point = readonly [number, number]

/** A point as the server writes it. */
export const asPoint = ([x = 0, y = 0]: readonly number[]): Point => [x, y]

/** A picture's size in pixels of the screen. */
export interface Size {
  width: number
  height: number
}

export const toPixels = ([x, y]: Point, { width, height }: Size): Point => [x * width, y * height]
export const fromPixels = ([x, y]: Point, { width, height }: Size): Point => [x / width, y / height]

const clamp = (value: number) => Math.min(1, Math.max(0, value))
/** Within the picture, with as many digits as a pixel of a large screen needs. */
export const inside = ([x, y]: Point): Point => [round(clamp(x)), round(clamp(y))]
const round = (value: number) => Math.round(value * 10_000) / 10_000

export const distance = ([ax, ay]: Point, [bx, by]: Point): number => Math.hypot(bx - ax, by - ay)

/** The point of a stretch that is nearest to another point. */
export function nearest([px, py]: Point, [ax, ay]: Point, [bx, by]: Point): Point {
  const [dx, dy] = [bx - ax, by - ay]
  const length = dx * dx + dy * dy
  const share = length === 0 ? 0 : Math.min(1, Math.max(0, ((px - ax) * dx + (py - ay) * dy) / length))
  return [ax + share * dx, ay + share * dy]
}

/** The stretches of a line, or with `closed` of a zone. */
export function stretches(points: readonly Point[], closed = false): [Point, Point][] {
  const found: [Point, Point][] = []
  points.forEach((point, index) => {
    const next = points[index + 1] ?? (closed ? points[0] : undefined)
    if (next) found.push([point, next])
  })
  return found
}

/** How far a point is from a line, or with `closed` from the border of a zone. */
export function distanceTo(point: Point, points: readonly Point[], closed = false): number {
  return Math.min(...stretches(points, closed).map(([a, b]) => distance(point, nearest(point, a, b))))
}

/** Where half of a line's length is, and where *forward* leads there: to the right hand of who walks along the line. */
export function middle(points: readonly Point[]): { at: Point; forward: Point } | undefined {
  const parts = stretches(points)
  const lengths = parts.map(([a, b]) => distance(a, b))
  let left = lengths.reduce((sum, length) => sum + length, 0) / 2
  for (const [index, [a, b]] of parts.entries()) {
    const length = lengths[index] ?? 0
    if (length > 0 && left <= length) {
      const share = left / length
      const [dx, dy] = [(b[0] - a[0]) / length, (b[1] - a[1]) / length]
      return { at: [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])], forward: [-dy + 0, dx] }
    }
    left -= length
  }
  return undefined
}

/** A zone's corner mean: near enough to its middle to write a name there. */
export function centre(points: readonly Point[]): Point {
  const sum = points.reduce<Point>(([x, y], [px, py]) => [x + px, y + py], [0, 0])
  return [sum[0] / points.length, sum[1] / points.length]
}

/** Whether a point is in a zone. */
export function isIn([px, py]: Point, corners: readonly Point[]): boolean {
  let isInside = false
  for (const [[ax, ay], [bx, by]] of stretches(corners, true)) {
    if (ay > py !== by > py && px < ax + ((py - ay) / (by - ay)) * (bx - ax)) isInside = !isInside
  }
  return isInside
}

const turn = ([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point) =>
  (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)

function cross([a, b]: [Point, Point], [c, d]: [Point, Point]): boolean {
  return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0
}

/** Whether a line, or with `closed` the border of a zone, crosses itself. The server refuses such. */
export function crossesItself(points: readonly Point[], closed = false): boolean {
  const parts = stretches(points, closed)
  return parts.some((one, index) => parts.slice(index + 1).some((other) => cross(one, other)))
}

/** In which of eight directions a way leads on the screen, for words: 0 is right, then clockwise. */
export function eighth([dx, dy]: Point): number {
  return (Math.round((Math.atan2(dy, dx) / Math.PI) * 4) + 8) % 8
}
