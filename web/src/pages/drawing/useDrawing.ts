import { useEffect, useReducer, useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Point } from '@/parts/picture/geometry'

import { ANCHOR, drafts, freeName, LEAST, type Draft, type Rules } from './draft'
import { edit, started, type Action, type Editor } from './editor'
import { NOTHING, type Drawing, type Tool } from './tool'

export interface Workbench extends Drawing {
  editor: Editor
  dispatch: (action: Action) => void
  tool: Tool
  setTool: (tool: Tool) => void
  showsPaths: boolean
  setShowsPaths: (shows: boolean) => void
}

let keys = 1_000_000

/** The state of drawing: what there is, which tool is taken, and what is unfinished. */
export function useDrawing(rules: Rules): Workbench {
  const { t } = useTranslation('drawing')
  const [editor, dispatch] = useReducer(edit, rules, (given) => started(drafts(given)))
  const [tool, setTool] = useState<Tool>(() => (editor.drafts.length === 0 ? 'line' : 'choose'))
  const [unfinished, setUnfinished] = useState(NOTHING)
  const [showsPaths, setShowsPaths] = useState(true)
  useUndoKeys(dispatch)

  const take = (next: Tool) => {
    setTool(next)
    setUnfinished(NOTHING)
  }

  const finish = (more: readonly Point[] = []) => {
    const points = [...unfinished.points, ...more]
    if (tool === 'choose' || points.length < LEAST[tool]) return
    const name = freeName(editor.drafts, t(`word.${tool}`))
    const key = ++keys
    const draft: Draft =
      tool === 'line'
        ? {
            key,
            kind: tool,
            points,
            rule: { name, anchor: ANCHOR, names: { forward: t('word.in'), backward: t('word.out') } },
          }
        : { key, kind: tool, points, rule: { name, anchor: ANCHOR } }
    dispatch({ do: 'add', draft })
    take('choose')
  }

  return {
    editor,
    dispatch,
    tool,
    setTool: take,
    showsPaths,
    setShowsPaths,
    ...unfinished,
    point: (at) => setUnfinished(({ points }) => ({ points: [...points, at], cursor: at })),
    aim: (cursor) => setUnfinished(({ points }) => ({ points, cursor })),
    takeBack: () => setUnfinished(({ points, cursor }) => ({ points: points.slice(0, -1), cursor })),
    finish,
    cancel: () => take('choose'),
  }
}

/** Undo and redo by the usual keys, but not while somebody types, where they belong to the text. */
function useUndoKeys(dispatch: (action: Action) => void) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement
      if (isTyping || !(event.ctrlKey || event.metaKey)) return
      const key = event.key.toLowerCase()
      const redoes = key === 'y' || (key === 'z' && event.shiftKey)
      if (key !== 'z' && key !== 'y') return
      event.preventDefault()
      dispatch({ do: redoes ? 'redo' : 'undo' })
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [dispatch])
}
