/** Something that is watched: what its clock shows is the time of a mark. Times are milliseconds since the epoch. */
export interface Player {
  /** The moment that is seen now; read when a key is pressed. */
  now: () => number
  isPlaying: boolean
  /** Moves on or stands; undefined where time cannot be stopped. */
  toggle: (() => void) | undefined
  /** Goes to a moment; undefined where one cannot go back. */
  seek: ((time: number) => void) | undefined
  speed: number
  setSpeed: ((speed: number) => void) | undefined
}

export const SPEEDS = [0.25, 0.5, 1, 2, 4] as const

/** How far one jumps back to look again. */
export const JUMP_MS = 5_000
