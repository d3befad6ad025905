/** How long a line lights up after a crossing. */
const LIFE_MS = 1_200
/** More than can be told apart are not drawn. */
const MOST = 24

export interface Flash {
  rule: string
  direction: 'forward' | 'backward'
  begun: number
}

/** Lines that have just been crossed. It stays small, however many events come. */
export class Flashes {
  private all: Flash[] = []

  add(rule: string, direction: Flash['direction'], now: number) {
    this.all = [...this.all, { rule, direction, begun: now }].slice(-MOST)
  }

  /** Those that are still to be seen, each with how much of it is over, 0..1. */
  now(now: number): (Flash & { share: number })[] {
    this.all = this.all.filter(({ begun }) => now - begun < LIFE_MS)
    return this.all.map((flash) => ({ ...flash, share: (now - flash.begun) / LIFE_MS }))
  }
}
