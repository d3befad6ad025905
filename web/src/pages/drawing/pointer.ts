import { useRef, useState, type MouseEvent, type PointerEvent, type RefObject } from 'react'

import { distance, fromPixels, nearest, toPixels, type Point, type Size } from '@/parts/picture/geometry'

import type { BoardProps } from './Board'
import { LEAST } from './draft'
import { hit, REACH, type Hit } from './hit'
import { snap, type Snapped } from './snap'

interface Props extends BoardProps {
  size: Size | undefined
  canvas: RefObject<HTMLCanvasElement | null>
}

/** What is held by the pointer. */
interface Grip {
  hit: Hit | undefined
  begun: Point
  last: Point
  go: string
  hasMoved: boolean
}

/** How far the pointer goes before it drags, in pixels. */
const DRAG = 6

let goes = 0

/** Drawing with mouse, pen and finger. */
export function usePointer({ editor, dispatch, tool, drawing, size, canvas, isReadOnly }: Props) {
  const grip = useRef<Grip | undefined>(undefined)
  const [guide, setGuide] = useState<Snapped['guide']>()
  const [on, setOn] = useState<Hit['on']>()

  const place = ({ clientX, clientY }: PointerEvent): Point => {
    const box = canvas.current?.getBoundingClientRect()
    return [clientX - (box?.left ?? 0), clientY - (box?.top ?? 0)]
  }
  const reach = ({ pointerType }: PointerEvent) => (pointerType === 'touch' ? REACH.touch : REACH.mouse)

  /** Where a corner goes when the pointer is here; `key` and `corner` are what is dragged. */
  const snapped = (at: Point, area: Size, key?: number, corner?: number): Point => {
    const others = editor.drafts.filter((draft) => draft.key !== key).flatMap(({ points }) => points)
    const own = editor.drafts.find((draft) => draft.key === key)
    const beside = own
      ? own.points.filter((_, index) => index === (corner ?? 0) - 1 || index === (corner ?? 0) + 1)
      : drawing.points.slice(-1)
    const pixels = (points: readonly Point[]) => points.map((point) => toPixels(point, area))
    const found = snap(at, pixels(others), pixels(beside), area)
    setGuide(found.guide)
    return fromPixels(found.at, area)
  }

  const onPointerDown = (event: PointerEvent<HTMLCanvasElement>) => {
    if (!size || isReadOnly || event.button !== 0) return
    canvas.current?.setPointerCapture(event.pointerId)
    const at = place(event)
    const found = tool === 'choose' ? hit(at, editor.drafts, editor.chosen, size, reach(event)) : undefined
    grip.current = { hit: found, begun: at, last: at, go: `pointer ${++goes}`, hasMoved: false }
    if (tool === 'choose') {
      dispatch({ do: 'choose', key: found?.key, held: found?.on === 'corner' ? found.corner : undefined })
    } else if (isEnd(at, size, reach(event))) drawing.finish()
    else drawing.point(snapped(at, size))
  }

  /** Whether a press ends the drawing: on the last corner, or on a zone's first. */
  const isEnd = (at: Point, area: Size, near: number): boolean => {
    const { points } = drawing
    if (tool === 'choose' || points.length < LEAST[tool]) return false
    const ends = [points.at(-1), tool === 'zone' ? points[0] : undefined]
    return ends.some((end) => end && distance(toPixels(end, area), at) <= near)
  }

  const onPointerMove = (event: PointerEvent<HTMLCanvasElement>) => {
    if (!size || isReadOnly) return
    const at = place(event)
    const held = grip.current
    if (tool !== 'choose') {
      drawing.aim(snapped(at, size))
    } else if (!held?.hit) {
      setOn(hit(at, editor.drafts, editor.chosen, size, reach(event))?.on)
      return
    }
    if (!held) return
    if (!held.hasMoved && distance(held.begun, at) < DRAG) return
    held.hasMoved = true
    if (held.hit?.on === 'corner') {
      const { key, corner } = held.hit
      dispatch({ do: 'corner', key, corner, to: snapped(at, size, key, corner), go: held.go })
    } else if (held.hit) {
      const by = fromPixels([at[0] - held.last[0], at[1] - held.last[1]], size)
      dispatch({ do: 'move', key: held.hit.key, by, go: held.go })
    }
    held.last = at
  }

  const onPointerUp = (event: PointerEvent<HTMLCanvasElement>) => {
    const held = grip.current
    grip.current = undefined
    setGuide(undefined)
    if (!size || !held) return
    const at = place(event)
    // A line may also be drawn in one stroke.
    if (tool === 'line' && drawing.points.length === 1 && distance(held.begun, at) > REACH.touch) {
      drawing.finish([snapped(at, size)])
      setGuide(undefined)
    }
    if (event.pointerType === 'touch') drawing.aim(undefined)
  }

  const onDoubleClick = (event: MouseEvent<HTMLCanvasElement>) => {
    if (!size || isReadOnly || tool !== 'choose') return
    const at = place(event as PointerEvent<HTMLCanvasElement>)
    const found = hit(at, editor.drafts, editor.chosen, size, REACH.mouse)
    if (found?.on !== 'side') return
    const draft = editor.drafts.find(({ key }) => key === found.key)
    const [from, to] = [draft?.points[found.after], draft?.points[found.after + 1] ?? draft?.points[0]]
    if (!from || !to) return
    const side = nearest(at, toPixels(from, size), toPixels(to, size))
    dispatch({ do: 'insert', key: found.key, after: found.after, at: fromPixels(side, size) })
  }

  const onPointerLeave = () => {
    setOn(undefined)
    if (tool !== 'choose' && !grip.current) drawing.aim(undefined)
  }

  const handlers = {
    onPointerDown,
    onPointerMove,
    onPointerUp,
    onPointerLeave,
    onPointerCancel: () => (grip.current = undefined),
    onDoubleClick,
  }
  return { handlers, guide, on }
}
