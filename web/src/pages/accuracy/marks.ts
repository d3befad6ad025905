import type { Direction } from './keys'

/** A crossing that somebody has seen, of one of the lines that are looked at. */
export interface Mark {
  line: string
  /** When, in milliseconds since the epoch. */
  time: number
  direction: Direction
  /** Whether careful people could disagree on it. */
  ambiguous: boolean
}

/** Marks in the order in which they were set, so that the last can be taken back. */
export type Marks = readonly Mark[]

export const add = (marks: Marks, mark: Mark): Marks => [...marks, mark]

/** Without the mark that was set last. */
export const undone = (marks: Marks): Marks => marks.slice(0, -1)

export const without = (marks: Marks, mark: Mark): Marks => marks.filter((other) => other !== mark)

/** Says of a mark whether it is sure. */
export const reconsidered = (marks: Marks, mark: Mark): Marks =>
  marks.map((other) => (other === mark ? { ...mark, ambiguous: !mark.ambiguous } : other))

/** Lines and directions are marked, not what crosses: counts of every class are compared. */
const CLASS = 'person'

/** The marks of one line as the API takes them, in the order of time. */
export function bodyOf(marks: Marks, line: string) {
  return marks
    .filter((mark) => mark.line === line)
    .sort((a, b) => a.time - b.time)
    .map(({ time, direction, ambiguous }) => ({
      time: new Date(time).toISOString(),
      direction,
      ambiguous,
      class: CLASS,
    }))
}

interface Audited {
  line: string
  marks: readonly { time: string; direction: string; ambiguous: boolean }[]
}

/** The marks of several audits of one stretch, in the order of time. */
export function marksOf(audits: readonly Audited[]): Marks {
  return audits
    .flatMap(({ line, marks }) =>
      marks.map(({ time, direction, ambiguous }): Mark => ({
        line,
        time: Date.parse(time),
        direction: direction === 'backward' ? 'backward' : 'forward',
        ambiguous,
      })),
    )
    .sort((a, b) => a.time - b.time)
}

/** How many were marked of a line in a direction. */
export const counted = (marks: Marks, line: string, direction: Direction): number =>
  marks.filter((mark) => mark.line === line && mark.direction === direction).length

/** Marks that lie outside of a stretch, which the API would refuse. */
export const outside = (marks: Marks, from: number, until: number): Marks =>
  marks.filter(({ time }) => time < from || time >= until)
