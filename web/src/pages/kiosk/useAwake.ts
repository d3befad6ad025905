import { useEffect } from 'react'

/** Keeps the screen on while it is looked at, where the browser allows it: only where the connection is secure. */
export function useAwake() {
  useEffect(() => {
    const locks = (navigator as { wakeLock?: WakeLock }).wakeLock
    if (!locks) return
    let held: WakeLockSentinel | undefined
    let isOver = false
    const hold = async () => {
      if (document.visibilityState !== 'visible') return
      // It is refused when the battery is low; then the screen goes dark, and nothing else.
      const lock = await locks.request('screen').catch(() => undefined)
      if (isOver) void lock?.release()
      else held = lock
    }
    const again = () => void hold()
    again()
    document.addEventListener('visibilitychange', again)
    return () => {
      isOver = true
      document.removeEventListener('visibilitychange', again)
      void held?.release()
    }
  }, [])
}
