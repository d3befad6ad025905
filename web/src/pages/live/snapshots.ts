import { picture } from '@/parts/picture/mjpeg'

type Show = (picture: Blob) => void

/** How many are asked for at once. A browser has six connections to a server, for everything. */
const AT_ONCE = 2
/** The shortest time between two pictures of a camera. */
const EVERY_MS = 700
/** How long a picture may take; a camera that gives none must not hold up the others. */
const PATIENCE_MS = 3_000

interface Watched {
  show: Show
  /** When it was last asked for. */
  asked: number
  isUnderWay: boolean
}

/** Takes pictures of many cameras in turn, over few connections: each as often as there is time for. */
export class Snapshots {
  private readonly watched = new Map<string, Watched>()
  private running = 0
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly take: typeof picture = picture) {}

  watch(camera: string, show: Show): () => void {
    const one: Watched = { show, asked: 0, isUnderWay: false }
    this.watched.set(camera, one)
    this.fill()
    return () => {
      if (this.watched.get(camera) === one) this.watched.delete(camera)
    }
  }

  private fill() {
    clearTimeout(this.timer)
    while (this.running < AT_ONCE) {
      const next = this.next()
      if (!next) return
      const wait = next[1].asked + EVERY_MS - Date.now()
      if (wait > 0) {
        this.timer = setTimeout(() => this.fill(), wait)
        return
      }
      void this.run(...next)
    }
  }

  /** The one that has waited longest. */
  private next(): [string, Watched] | undefined {
    let longest: [string, Watched] | undefined
    for (const entry of this.watched) {
      if (!entry[1].isUnderWay && (!longest || entry[1].asked < longest[1].asked)) longest = entry
    }
    return longest
  }

  private async run(camera: string, one: Watched) {
    this.running += 1
    one.isUnderWay = true
    one.asked = Date.now()
    try {
      const taken = await this.take(camera, AbortSignal.timeout(PATIENCE_MS))
      if (taken && this.watched.get(camera) === one) one.show(taken)
    } catch {
      // The camera's state says why there is none; it is asked again in its turn.
    } finally {
      one.isUnderWay = false
      this.running -= 1
      this.fill()
    }
  }
}

export const snapshots = new Snapshots()
