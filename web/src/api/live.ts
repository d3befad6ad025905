import { useEffect, useEffectEvent, useSyncExternalStore } from 'react'

import { answered, api, type Schema } from './client'
import { problemOf } from './problem'
import { fresh } from './session'

/** Something that was counted, or a stretch in which nothing could be. */
export type LiveEvent = Schema<'Event'>

/** Whether events come as they happen. `missed` counts how often some were skipped, so that what is shown must be read anew. */
export interface LiveState {
  connected: boolean
  missed: number
}

interface Message {
  id: string
  kind: string
  event: LiveEvent | null
}

type Listener = (event: LiveEvent) => void

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 15_000

/** The pause before the next try: longer each time, and not at the same moment in all tabs. */
export function waitMs(failures: number, random = Math.random()): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures) * (0.5 + random / 2)
}

/**
 * Events as they come, over one WebSocket for the whole page, open as long as somebody listens. After a break it goes on where it
 * was: nothing is left out, and nothing comes twice.
 */
class LiveStream {
  private readonly listeners = new Set<Listener>()
  private readonly watchers = new Set<() => void>()
  private socket: WebSocket | undefined
  private retry: ReturnType<typeof setTimeout> | undefined
  private last: string | undefined
  private failures = 0
  state: LiveState = { connected: false, missed: 0 }

  listen(listener: Listener): () => void {
    this.listeners.add(listener)
    if (this.listeners.size === 1) this.open()
    return () => {
      this.listeners.delete(listener)
      if (this.listeners.size === 0) this.close()
    }
  }

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher)
    return () => this.watchers.delete(watcher)
  }

  /** The browser says that the network went away or came back; a socket would notice it only after minutes. */
  reconnect() {
    if (this.listeners.size === 0) return
    this.close()
    this.open()
  }

  private open() {
    fresh().then(
      () => this.connect(),
      () => this.later(),
    )
  }

  private connect() {
    if (this.listeners.size === 0 || this.socket) return
    const address = new URL('/api/v1/live', location.href)
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
    if (this.last !== undefined) address.searchParams.set('after', this.last)
    const socket = new WebSocket(address)
    this.socket = socket
    socket.onopen = () => {
      this.failures = 0
      this.become({ connected: true })
    }
    socket.onmessage = ({ data }: MessageEvent<string>) => this.take(JSON.parse(data) as Message)
    socket.onclose = () => {
      if (this.socket !== socket) return
      this.socket = undefined
      this.become({ connected: false })
      this.later()
    }
  }

  /** A socket does not say why it was refused. A question does, and renews the session when that was the reason. */
  private async again() {
    try {
      await answered(api.GET('/livez', { parseAs: 'text' }))
      await answered(api.GET('/api/v1/auth/session')).catch((error: unknown) => {
        if (problemOf(error).code === 'not_signed_in') throw error
      })
      this.open()
    } catch {
      this.later()
    }
  }

  private later() {
    if (this.listeners.size > 0) this.retry = setTimeout(() => void this.again(), waitMs(this.failures++))
  }

  private close() {
    clearTimeout(this.retry)
    const socket = this.socket
    this.socket = undefined
    // One that is still connecting would complain in the console.
    if (socket?.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close()
    else socket?.close()
    this.become({ connected: false })
  }

  private take({ id, event }: Message) {
    this.last = id
    if (event === null) this.become({ missed: this.state.missed + 1 })
    else for (const listener of this.listeners) listener(event)
  }

  private become(change: Partial<LiveState>) {
    this.state = { ...this.state, ...change }
    for (const watcher of this.watchers) watcher()
  }
}

const stream = new LiveStream()

if (typeof window !== 'undefined') {
  window.addEventListener('offline', () => stream.reconnect())
  window.addEventListener('online', () => stream.reconnect())
}

/** Calls for each event until the returned function is called. */
export const onLive = (listener: Listener) => stream.listen(listener)

/** Calls for each event while the component is there. It must be cheap: there may be hundreds in a second. */
export function useLive(listener: Listener) {
  const latest = useEffectEvent(listener)
  useEffect(() => onLive((event) => latest(event)), [])
}

/** Whether events come as they happen. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(stream.watch, () => stream.state)
}
