import { asPoint, centre, middle, toPixels, type Point, type Size } from './geometry'

/** A line as it is drawn. */
export interface LineShape {
  kind: 'line'
  name: string
  points: readonly Point[]
  forward: string
  backward: string
}

/** A zone as it is drawn. */
export interface ZoneShape {
  kind: 'zone'
  name: string
  points: readonly Point[]
}

export type Shape = LineShape | ZoneShape

/** How a shape stands out. */
export interface Look {
  selected?: boolean
  /** 1 just after a crossing, fading to 0. */
  lit?: number
  /** Draws the corners, to take hold of. */
  handles?: boolean
  /** The corner that the keyboard moves. */
  held?: number | undefined
}

/** Told apart also by those who see few colours, on light and dark pictures. */
export const LINE = '#ffd23f'
export const ZONE = '#54c8ff'
const INK = 'rgb(10 13 18 / 82%)'
const ARROW = 34

type Context = CanvasRenderingContext2D

function trace(context: Context, points: readonly Point[], size: Size, closed: boolean) {
  context.beginPath()
  points.forEach((point, index) => {
    const [x, y] = toPixels(point, size)
    if (index === 0) context.moveTo(x, y)
    else context.lineTo(x, y)
  })
  if (closed) context.closePath()
}

/** Draws a line or a zone with its names. A dark edge keeps it seen on light ground. */
export function drawShape(context: Context, shape: Shape, size: Size, look: Look = {}) {
  const isZone = shape.kind === 'zone'
  const colour = isZone ? ZONE : LINE
  const width = look.selected ? 4 : 3
  context.save()
  context.lineJoin = 'round'
  context.lineCap = 'round'
  trace(context, shape.points, size, isZone)
  if (isZone) {
    context.fillStyle = ZONE
    context.globalAlpha = look.selected ? 0.26 : 0.14
    context.fill()
    context.globalAlpha = 1
  }
  context.strokeStyle = INK
  context.lineWidth = width + 3
  context.stroke()
  context.strokeStyle = colour
  context.lineWidth = width + 4 * (look.lit ?? 0)
  context.stroke()
  if (look.handles) drawHandles(context, shape.points, size, colour, look.held)
  if (isZone) drawPlate(context, shape.name, toPixels(centre(shape.points), size), colour)
  else drawArrow(context, shape, size, colour)
  context.restore()
}

function drawHandles(
  context: Context,
  points: readonly Point[],
  size: Size,
  colour: string,
  held: number | undefined,
) {
  points.forEach((point, index) => {
    const [x, y] = toPixels(point, size)
    context.beginPath()
    context.arc(x, y, index === held ? 9 : 7, 0, Math.PI * 2)
    context.fillStyle = index === held ? '#ffffff' : colour
    context.strokeStyle = INK
    context.lineWidth = 2.5
    context.fill()
    context.stroke()
  })
}

/** An arrow the way that is forward, with the words for both ways. */
function drawArrow(context: Context, line: LineShape, size: Size, colour: string) {
  const found = middle(line.points.map((point) => toPixels(point, size)))
  if (!found) return
  const { at, forward } = found
  const along = (length: number): Point => [at[0] + forward[0] * length, at[1] + forward[1] * length]
  const [tip, tail] = [along(ARROW), along(-ARROW * 0.6)]
  const side: Point = [-forward[1], forward[0]]
  context.beginPath()
  context.moveTo(...tail)
  context.lineTo(...along(ARROW - 8))
  context.strokeStyle = colour
  context.lineWidth = 3
  context.stroke()
  context.beginPath()
  context.moveTo(...tip)
  for (const way of [1, -1]) {
    const [bx, by] = along(ARROW - 13)
    context.lineTo(bx + side[0] * 8 * way, by + side[1] * 8 * way)
  }
  context.closePath()
  context.fillStyle = colour
  context.strokeStyle = INK
  context.lineWidth = 1.5
  context.fill()
  context.stroke()
  drawPlate(context, line.forward, along(ARROW + 16), colour)
  drawPlate(context, line.backward, along(-ARROW * 0.6 - 16), '#ffffff')
}

/** A word on a dark plate. */
export function drawPlate(context: Context, text: string, [x, y]: Point, colour: string) {
  if (text === '') return
  context.font = '600 13px Inter, system-ui, sans-serif'
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  const width = context.measureText(text).width + 14
  context.beginPath()
  context.roundRect(x - width / 2, y - 11, width, 22, 5)
  context.fillStyle = INK
  context.fill()
  context.fillStyle = colour
  context.fillText(text, x, y + 0.5)
}

/** Where somebody walked. */
export interface Path {
  points: readonly Point[]
  born: Point | null
  died: Point | null
}

type Numbers = readonly number[]

/** A track as the server writes it: a point begins with its time. */
interface Track {
  points: readonly Numbers[]
  born?: Numbers | null
  died?: Numbers | null
}

/** A track of the server as a path. */
export function pathOf({ points, born, died }: Track): Path {
  return {
    points: points.map(([, ...place]) => asPoint(place)),
    born: born ? asPoint(born) : null,
    died: died ? asPoint(died) : null,
  }
}

/** Draws where people walked; `ends` marks where they were first and last seen. */
export function drawPaths(context: Context, paths: readonly Path[], size: Size, ends: boolean) {
  context.save()
  context.lineJoin = 'round'
  context.strokeStyle = 'rgb(120 255 190 / 34%)'
  context.lineWidth = 2
  for (const path of paths) {
    trace(context, path.points, size, false)
    context.stroke()
  }
  if (ends) {
    for (const { born, died } of paths) {
      if (born) drawEnd(context, toPixels(born, size), '#6bf0a6', false)
      if (died) drawEnd(context, toPixels(died, size), '#ff8d7a', true)
    }
  }
  context.restore()
}

/** A ring where somebody was first seen, a cross where last. */
function drawEnd(context: Context, [x, y]: Point, colour: string, isLast: boolean) {
  context.beginPath()
  if (isLast) {
    context.moveTo(x - 3, y - 3)
    context.lineTo(x + 3, y + 3)
    context.moveTo(x + 3, y - 3)
    context.lineTo(x - 3, y + 3)
  } else context.arc(x, y, 3, 0, Math.PI * 2)
  context.strokeStyle = colour
  context.lineWidth = 1.6
  context.stroke()
}
