import { clockAt } from '../period'

/** Where a tick stands, and whether a day begins there. */
export interface Tick {
  index: number
  isDay: boolean
}

/** Distances between ticks that are read with ease, in minutes of the clock. */
const STEPS = [1, 5, 10, 15, 30, 60, 120, 180, 360, 720]

/** Ticks at round times of the site's clock, at most so many. Two days of other lengths have them at the same times. */
export function ticks(starts: readonly string[], zone: string, most: number): Tick[] {
  const clocks = starts.map((start) => clockAt(new Date(start), zone))
  const minutes = clocks.map(({ hour, minute }) => hour * 60 + minute)
  const at = (step: number) =>
    minutes.flatMap((minute, index) => (minute % step === 0 ? [{ index, isDay: minute === 0 }] : []))
  for (const step of STEPS) {
    const found = at(step)
    // Days and weeks all begin at midnight: no step makes a difference there.
    if (found.length <= most && found.some(({ isDay }) => !isDay)) return found
  }
  const days = at(1440)
  if (days.length === 0) return at(60).slice(0, most)
  const every = [1, 2, 7, 14, 28, 56, 112].find((count) => days.length / count <= most) ?? days.length
  return days.filter((_, index) => index % every === 0)
}
