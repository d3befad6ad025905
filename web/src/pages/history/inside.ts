import type { Direction } from './view'
import { clockAt, momentOf } from './period'
import { watched, type Look, type Watched } from './watched'

/** A line through which a site is entered and left, and the direction that leads in. */
export interface Entrance {
  camera: string
  line: string
  inward: Direction
}

/** Crossings of one line in one direction, by bucket. */
export interface LineCounts {
  camera: string | null
  rule: string | null
  direction: string | null
  cameras: number
  buckets: readonly { from: string; until: string; count: number; observed_s: number }[]
}

/** What an operator set right. */
export interface Correction {
  time: string
  was: number
  now: number
}

/** How many went in and out in a bucket, over all entrances. */
export interface Flow {
  from: string
  until: string
  entered: number
  left: number
  watched: Watched
}

/** How many were inside at the end of a bucket. */
export interface Inside extends Flow {
  inside: number
  /** Whether everything since the last reset or correction was watched: else some may have come or gone unseen. */
  sure: boolean
}

/** The last moment not after another at which a site is taken to be empty. */
export function lastReset(moment: Date, hour: number, zone: string): Date {
  const clock = clockAt(moment, zone)
  const today = clock.set({ hour, minute: 0, second: 0, millisecond: 0 })
  const reset = momentOf(today, zone)
  return reset <= moment ? reset : momentOf(today.subtract({ days: 1 }), zone)
}

/** What went through the entrances; other lines of the same cameras lead nowhere. */
export function flows(entrances: readonly Entrance[], groups: readonly LineCounts[], look: Look): Flow[] {
  const through = groups.flatMap((group) => {
    const entrance = entrances.find(({ camera, line }) => camera === group.camera && line === group.rule)
    return entrance ? [{ ...group, isInward: group.direction === entrance.inward }] : []
  })
  return (
    (through[0] ?? groups[0])?.buckets.map(({ from, until }, index): Flow => {
      let [entered, left] = [0, 0]
      const states: Watched[] = []
      for (const { buckets, cameras, isInward } of through) {
        const bucket = buckets[index]
        if (!bucket) continue
        if (isInward) entered += bucket.count
        else left += bucket.count
        states.push(watched(bucket, { ...look, cameras }))
      }
      return { from, until, entered, left, watched: worst(states) }
    }) ?? []
  )
}

/** A site is watched as well as its worst entrance is. */
function worst(states: readonly Watched[]): Watched {
  const order: Watched[] = ['deleted', 'none', 'part', 'full', 'later']
  return order.find((state) => states.includes(state)) ?? 'none'
}

/**
 * How many were inside, bucket by bucket: in less out since the reset or the last correction, at no time below zero. The first flow
 * must begin at a reset.
 */
export function insideOver(
  all: readonly Flow[],
  corrections: readonly Correction[],
  resetHour: number,
  zone: string,
): Inside[] {
  const pending = [...corrections].sort((a, b) => Date.parse(a.time) - Date.parse(b.time))
  let [inside, sure] = [0, true]
  return all.map((flow) => {
    const clock = clockAt(new Date(flow.from), zone)
    if (clock.hour === resetHour && clock.minute === 0) [inside, sure] = [0, true]
    inside = Math.max(0, inside + flow.entered - flow.left)
    if (flow.watched !== 'full' && flow.watched !== 'later') sure = false
    while (pending[0] && Date.parse(pending[0].time) < Date.parse(flow.until)) {
      const correction = pending.shift()
      if (correction && Date.parse(correction.time) >= Date.parse(flow.from)) {
        ;[inside, sure] = [Math.max(0, correction.now), true]
      }
    }
    return { ...flow, inside, sure }
  })
}
