import type { Point } from '@/parts/picture/geometry'

import type { Kind } from './draft'

/** Choosing and moving, or drawing something new. */
export type Tool = 'choose' | Kind

/** What is being drawn: the corners that are there, and where the next one would be. */
export interface Unfinished {
  points: readonly Point[]
  cursor: Point | undefined
}

export const NOTHING: Unfinished = { points: [], cursor: undefined }

/** What is being drawn, and what can be done with it. */
export interface Drawing extends Unfinished {
  point: (at: Point) => void
  aim: (at: Point | undefined) => void
  takeBack: () => void
  /** Makes a line or a zone of it, with these corners at its end. */
  finish: (more?: readonly Point[]) => void
  cancel: () => void
}
