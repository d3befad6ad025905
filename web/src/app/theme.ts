import { useSyncExternalStore } from 'react'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEPT = 'camtally.theme'
const watchers = new Set<() => void>()

export function theme(): Theme {
  const kept = localStorage.getItem(KEPT)
  return THEMES.find((one) => one === kept) ?? 'system'
}

/** Shows the kept choice; without one the style sheet follows the system. */
export function showTheme() {
  const chosen = theme()
  if (chosen === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = chosen
}

export function setTheme(chosen: Theme) {
  localStorage.setItem(KEPT, chosen)
  showTheme()
  for (const watcher of watchers) watcher()
}

export function useTheme(): Theme {
  return useSyncExternalStore((watcher) => {
    watchers.add(watcher)
    return () => watchers.delete(watcher)
  }, theme)
}
