import { useQuery } from '@tanstack/react-query'
import { useEffect, useState, useSyncExternalStore } from 'react'

import { onLive, read } from '@/api'

import { Ticker, type Latest } from './ticker'

const DAY_MS = 86_400_000

/** From yesterday to well after now: what comes meanwhile is in it. */
function lastDay() {
  const now = Date.now()
  return { from: new Date(now - DAY_MS).toISOString(), until: new Date(now + DAY_MS).toISOString() }
}

/** The newest events, of one camera or all; `isHeld` keeps what is shown as it is. */
export function useTicker(camera: string | undefined, isHeld: boolean): Latest {
  const [ticker] = useState(() => new Ticker())
  const [stretch] = useState(lastDay)
  const query = { ...stretch, limit: 30, ...(camera ? { camera } : {}) }
  const earlier = useQuery({ ...read('/api/v1/events', { params: { query } }), staleTime: Infinity })
  useEffect(() => {
    if (earlier.data) ticker.fill(earlier.data.items)
  }, [earlier.data, ticker])
  useEffect(
    () =>
      onLive((event) => {
        if (camera === undefined || event.camera === camera) ticker.push(event)
      }),
    [camera, ticker],
  )
  const latest = useSyncExternalStore(ticker.watch, () => ticker.latest)
  const [held, setHeld] = useState(latest)
  if (!isHeld && held !== latest) setHeld(latest)
  return isHeld ? held : latest
}
