import { inside, type Point } from '@/parts/picture/geometry'

import { LEAST, moved, MOST, type Draft } from './draft'

/** What is drawn, what is chosen in it, and the way back. */
export interface Editor {
  drafts: readonly Draft[]
  /** The `key` of the chosen draft. */
  chosen: number | undefined
  /** The corner of it that the keyboard moves. */
  held: number | undefined
  past: readonly (readonly Draft[])[]
  future: readonly (readonly Draft[])[]
  /** What the last change was part of: changes of one go are undone together. */
  go: string | undefined
}

export type Action =
  | { do: 'load'; drafts: readonly Draft[] }
  | { do: 'add'; draft: Draft }
  | { do: 'choose'; key: number | undefined; held?: number | undefined }
  | { do: 'corner'; key: number; corner: number; to: Point; go: string }
  | { do: 'move'; key: number; by: Point; go: string }
  | { do: 'insert'; key: number; after: number; at: Point }
  | { do: 'removeCorner'; key: number; corner: number }
  | { do: 'reverse'; key: number }
  | { do: 'rule'; key: number; change: Partial<Draft['rule']>; go?: string }
  | { do: 'remove'; key: number }
  | { do: 'undo' }
  | { do: 'redo' }

/** How many steps can be undone. */
const STEPS = 100

export const started = (drafts: readonly Draft[] = []): Editor => ({
  drafts,
  chosen: undefined,
  held: undefined,
  past: [],
  future: [],
  go: undefined,
})

export function edit(editor: Editor, action: Action): Editor {
  switch (action.do) {
    case 'load':
      return started(action.drafts)
    case 'choose':
      return { ...editor, chosen: action.key, held: action.held, go: undefined }
    case 'add':
      return { ...step(editor, [...editor.drafts, action.draft]), chosen: action.draft.key, held: undefined }
    case 'remove': {
      const left = editor.drafts.filter(({ key }) => key !== action.key)
      return { ...step(editor, left), chosen: undefined, held: undefined }
    }
    case 'undo':
      return back(editor, 'past', 'future')
    case 'redo':
      return back(editor, 'future', 'past')
    case 'removeCorner': {
      const draft = editor.drafts.find(({ key }) => key === action.key)
      if (!draft || draft.points.length <= LEAST[draft.kind]) return editor
      const next = points(editor, action.key, (all) => all.filter((_, index) => index !== action.corner))
      return { ...step(editor, next), held: undefined }
    }
    case 'insert': {
      const next = points(editor, action.key, (all) =>
        all.length >= MOST ? all : all.toSpliced(action.after + 1, 0, inside(action.at)),
      )
      return { ...step(editor, next), chosen: action.key, held: action.after + 1 }
    }
    case 'corner': {
      const next = points(editor, action.key, (all) => all.with(action.corner, inside(action.to)))
      return { ...step(editor, next, action.go), chosen: action.key, held: action.corner }
    }
    case 'move': {
      const next = points(editor, action.key, (all) => moved(all, action.by))
      return { ...step(editor, next, action.go), chosen: action.key }
    }
    case 'reverse':
      return step(
        editor,
        points(editor, action.key, (all) => all.toReversed()),
      )
    case 'rule': {
      const next = editor.drafts.map((draft) =>
        draft.key === action.key ? { ...draft, rule: { ...draft.rule, ...action.change } } : draft,
      )
      return step(editor, next, action.go)
    }
  }
}

function points(
  editor: Editor,
  key: number,
  change: (points: readonly Point[]) => readonly Point[],
): Draft[] {
  return editor.drafts.map((draft) =>
    draft.key === key ? { ...draft, points: change(draft.points) } : draft,
  )
}

/** A change that can be undone, unless it goes on with the one before. */
function step(editor: Editor, drafts: readonly Draft[], go?: string): Editor {
  const goesOn = go !== undefined && go === editor.go
  const past = goesOn ? editor.past : [...editor.past, editor.drafts].slice(-STEPS)
  return { ...editor, drafts, past, future: [], go }
}

function back(editor: Editor, from: 'past' | 'future', to: 'past' | 'future'): Editor {
  const drafts = editor[from].at(-1)
  if (!drafts) return editor
  const isThere = drafts.some(({ key }) => key === editor.chosen)
  return {
    ...editor,
    drafts,
    chosen: isThere ? editor.chosen : undefined,
    held: undefined,
    go: undefined,
    [from]: editor[from].slice(0, -1),
    [to]: [...editor[to], editor.drafts],
  }
}
