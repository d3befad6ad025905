import { useSyncExternalStore } from 'react'

export interface Toast {
  id: number
  text: string
  look: 'done' | 'failed'
  /** Takes back what was done. */
  undo?: () => unknown
}

/** How long one stays; those with something to press stay longer. */
const LIFE_MS = 5_000
const UNDO_LIFE_MS = 12_000
const MOST = 3

let toasts: readonly Toast[] = []
let last = 0
const watchers = new Set<() => void>()
const timers = new Map<number, ReturnType<typeof setTimeout>>()

function become(next: readonly Toast[]) {
  toasts = next
  for (const watcher of watchers) watcher()
}

export function dismiss(id: number) {
  clearTimeout(timers.get(id))
  timers.delete(id)
  become(toasts.filter((toast) => toast.id !== id))
}

function live({ id, undo }: Toast) {
  timers.set(
    id,
    setTimeout(() => dismiss(id), undo ? UNDO_LIFE_MS : LIFE_MS),
  )
}

/** Says in passing that something was done: `toast(t('deleted'), { undo: restore })`. */
export function toast(text: string, more: Partial<Pick<Toast, 'look' | 'undo'>> = {}) {
  const one: Toast = { id: ++last, text, look: 'done', ...more }
  become([...toasts, one].slice(-MOST))
  live(one)
}

/** While somebody looks at them, none goes away. */
export function hold(held: boolean) {
  for (const one of toasts) {
    clearTimeout(timers.get(one.id))
    if (!held) live(one)
  }
}

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    () => toasts,
  )
}
