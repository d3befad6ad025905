import type { KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'

import { inside, type Point } from '@/parts/picture/geometry'

import type { BoardProps } from './Board'
import { LEAST } from './draft'

interface Props extends BoardProps {
  /** Tells screen readers what has happened. */
  say: (text: string) => void
}

const WAYS: Record<string, Point> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

/** How far an arrow key moves, in shares of the picture. */
const STEP = 0.01
const FAR = 0.05

/** Where the cursor is at first. */
const BEGIN: Point = [0.25, 0.55]

/** Drawing with the keyboard. */
export function useKeys({ editor, dispatch, tool, drawing, isReadOnly, say }: Props) {
  const { t } = useTranslation('drawing')
  const where = ([x, y]: Point) => ({ x: Math.round(x * 100), y: Math.round(y * 100) })

  /** Gives whether the key meant something here. */
  const whileDrawing = (key: string, way: Point | undefined): boolean => {
    const at = drawing.cursor ?? drawing.points.at(-1) ?? BEGIN
    if (way) {
      const to = inside([at[0] + way[0], at[1] + way[1]])
      drawing.aim(to)
      say(t('board.at', where(to)))
    } else if (key === 'Enter' || key === ' ') {
      const last = drawing.points.at(-1)
      const isSame = last !== undefined && last[0] === at[0] && last[1] === at[1]
      if (isSame && tool !== 'choose' && drawing.points.length >= LEAST[tool]) {
        drawing.finish()
        say(t('board.finished'))
      } else if (!isSame) {
        drawing.point(at)
        drawing.aim(at)
        say(t('board.placed', { number: drawing.points.length + 1, ...where(at) }))
      }
    } else if (key === 'Backspace' || key === 'Delete') drawing.takeBack()
    else if (key === 'Escape') drawing.cancel()
    else return false
    return true
  }

  const whileChoosing = (key: string, way: Point | undefined): boolean => {
    const index = editor.drafts.findIndex((draft) => draft.key === editor.chosen)
    const draft = editor.drafts[index]
    if (key === 'PageDown' || key === 'PageUp') {
      const by = key === 'PageDown' ? 1 : -1
      const next = editor.drafts.at((index + by) % editor.drafts.length)
      if (next) {
        dispatch({ do: 'choose', key: next.key })
        say(t('board.chosen', { name: next.rule.name }))
      }
      return true
    }
    if (!draft) return false
    const { held } = editor
    if (key === '[' || key === ']') {
      const count = draft.points.length
      const next =
        held === undefined ? (key === ']' ? 0 : count - 1) : (held + (key === ']' ? 1 : count - 1)) % count
      dispatch({ do: 'choose', key: draft.key, held: next })
      const corner = draft.points[next]
      if (corner) say(t('board.corner', { number: next + 1, count, ...where(corner) }))
    } else if (way) {
      const corner = held === undefined ? undefined : draft.points[held]
      const go = `keys ${draft.key} ${held ?? 'all'}`
      if (corner && held !== undefined) {
        const to = inside([corner[0] + way[0], corner[1] + way[1]])
        dispatch({ do: 'corner', key: draft.key, corner: held, to, go })
        say(t('board.at', where(to)))
      } else dispatch({ do: 'move', key: draft.key, by: way, go })
    } else if (key === 'Delete' || key === 'Backspace') {
      if (held === undefined) dispatch({ do: 'remove', key: draft.key })
      else dispatch({ do: 'removeCorner', key: draft.key, corner: held })
    } else if (key === 'Escape') dispatch({ do: 'choose', key: held === undefined ? undefined : draft.key })
    else if (key === 'r' && draft.kind === 'line') dispatch({ do: 'reverse', key: draft.key })
    else return false
    return true
  }

  return (event: KeyboardEvent) => {
    if (isReadOnly || event.ctrlKey || event.metaKey || event.altKey) return
    const unit = WAYS[event.key]
    const length = event.shiftKey ? FAR : STEP
    const way: Point | undefined = unit && [unit[0] * length, unit[1] * length]
    const isTaken = tool === 'choose' ? whileChoosing(event.key, way) : whileDrawing(event.key, way)
    if (isTaken) event.preventDefault()
  }
}
