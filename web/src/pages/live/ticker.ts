import type { LiveEvent } from '@/api'

/** How many events are kept: more than fit on any screen are of no use. */
export const KEPT = 60
/** How often the list changes at most: faster nobody can read. */
const EVERY_MS = 200
const SECONDS = 60

export interface Latest {
  /** The newest first. */
  events: readonly LiveEvent[]
  /** How many there were in the last minute. */
  perMinute: number
}

/** Keeps the newest events, and tells of them a few times a second, however many come. */
export class Ticker {
  private events: LiveEvent[] = []
  private readonly known = new Set<string>()
  /** How many came in each of the last seconds, by the second's number. */
  private readonly seconds = new Array<number>(SECONDS).fill(0)
  private second = 0
  private readonly watchers = new Set<() => void>()
  private timer: ReturnType<typeof setTimeout> | undefined
  latest: Latest = { events: [], perMinute: 0 }

  constructor(private readonly now: () => number = Date.now) {}

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher)
    return () => {
      this.watchers.delete(watcher)
      if (this.watchers.size === 0) clearTimeout(this.timer)
      if (this.watchers.size === 0) this.timer = undefined
    }
  }

  /** Takes one that has just come. */
  push(event: LiveEvent) {
    if (this.known.has(event.id)) return
    this.count()
    this.keep([event, ...this.events])
  }

  /** Takes those of before, the newest first. */
  fill(earlier: readonly LiveEvent[]) {
    const fresh = earlier.filter(({ id }) => !this.known.has(id))
    for (const { time } of fresh) this.count(Math.floor(Date.parse(time) / 1000))
    this.keep([...this.events, ...fresh].toSorted((a, b) => Date.parse(b.time) - Date.parse(a.time)))
  }

  private keep(events: LiveEvent[]) {
    this.events = events.slice(0, KEPT)
    this.known.clear()
    for (const { id } of this.events) this.known.add(id)
    this.timer ??= setTimeout(() => this.tell(), EVERY_MS)
  }

  private tell() {
    this.timer = undefined
    this.forget()
    this.latest = { events: this.events, perMinute: this.seconds.reduce((sum, count) => sum + count, 0) }
    for (const watcher of this.watchers) watcher()
  }

  /** Counts one that came in this second, or in one of the last minute. */
  private count(second = Math.floor(this.now() / 1000)) {
    this.forget()
    if (second > this.second || second <= this.second - SECONDS) return
    const slot = second % SECONDS
    this.seconds[slot] = (this.seconds[slot] ?? 0) + 1
  }

  /** Empties the seconds that have passed since the last look. */
  private forget() {
    const second = Math.floor(this.now() / 1000)
    for (let one = Math.max(this.second + 1, second - SECONDS + 1); one <= second; one += 1) {
      this.seconds[one % SECONDS] = 0
    }
    this.second = second
  }
}
