import { useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'

import { answered, api, type Schema } from '@/api'

import { frameAt, wanted, type Frame } from '../frames'
import type { Player } from './player'

/** Frames that are kept ready, ahead of and behind the one that is shown. */
const AHEAD = 60
const BEHIND = 60
/** Fetches at once. */
const AT_ONCE = 4
/** How long one that failed is left alone. */
const AGAIN_MS = 1_000
/** A tab in the background gets no frames; then time must not jump. */
const LONGEST_STEP_MS = 250

export type Recording = Schema<'RecordingView'>

/** All frames of a recording: their times, not their pictures. */
export function useFrames(id: string) {
  return useQuery({
    queryKey: ['/api/v1/recordings/{id}/frames', id],
    staleTime: Infinity,
    queryFn: async () => {
      const frames: Frame[] = []
      let cursor: string | undefined
      do {
        const query = { limit: 1000, ...(cursor ? { cursor } : {}) }
        const page = await answered(
          api.GET('/api/v1/recordings/{id}/frames', { params: { path: { id }, query } }),
        )
        frames.push(...page.items)
        cursor = page.next ?? undefined
      } while (cursor)
      return frames
    },
  })
}

/** Plays the frames of a recording by their own times. */
export function useRecording(
  id: string,
  frames: readonly Frame[],
): Player & { picture: string | undefined; at: number } {
  const times = useMemo(() => frames.map(({ time }) => Date.parse(time)), [frames])
  const [first = 0, last = 0] = [times[0], times.at(-1)]
  const position = useRef(first)
  const [index, setIndex] = useState(0)
  const [at, setAt] = useState(first)
  const [isPlaying, setPlaying] = useState(false)
  const [speed, setSpeed] = useState(1)
  const pictures = usePictures(id, frames, index)

  const go = useCallback(
    (time: number) => {
      position.current = Math.max(first, Math.min(last, time))
      setAt(position.current)
      setIndex(frameAt(times, position.current))
    },
    [first, last, times],
  )

  const step = useEffectEvent((passed: number) => {
    const next = position.current + Math.min(passed, LONGEST_STEP_MS) * speed
    // A picture that has not come yet is waited for: nobody can mark what they did not see.
    if (!pictures.has(frameAt(times, next))) return
    go(next)
    if (next >= last) setPlaying(false)
  })
  useEffect(() => {
    if (!isPlaying) return
    let before = performance.now()
    let request = requestAnimationFrame(function tick(now) {
      step(now - before)
      before = now
      request = requestAnimationFrame(tick)
    })
    return () => cancelAnimationFrame(request)
  }, [isPlaying])

  return {
    now: () => position.current,
    isPlaying,
    toggle: () => {
      if (!isPlaying && position.current >= last) go(first)
      setPlaying(!isPlaying)
    },
    seek: go,
    speed,
    setSpeed,
    picture: pictures.get(index),
    at,
  }
}

/** The pictures around a place, fetched before they are needed and let go after. */
function usePictures(id: string, frames: readonly Frame[], index: number): ReadonlyMap<number, string> {
  const [pictures, setPictures] = useState<ReadonlyMap<number, string>>(new Map())
  const kept = useRef(new Map<number, string>())
  const busy = useRef(new Set<number>())

  const fill = useEffectEvent(() => {
    for (const [at, address] of kept.current) {
      if (Math.abs(at - index) <= Math.max(AHEAD, BEHIND) * 2) continue
      URL.revokeObjectURL(address)
      kept.current.delete(at)
    }
    for (const at of wanted(index, frames.length, AHEAD, BEHIND)) {
      if (busy.current.size >= AT_ONCE) break
      const frame = frames[at]
      if (!frame || kept.current.has(at) || busy.current.has(at)) continue
      busy.current.add(at)
      pictureOf(id, frame.number)
        .then((address) => kept.current.set(at, address))
        // It is asked for again; a lost connection is said at the top of the page.
        .catch(() => new Promise((resolve) => setTimeout(resolve, AGAIN_MS)))
        .finally(() => {
          busy.current.delete(at)
          setPictures(new Map(kept.current))
        })
    }
  })
  useEffect(() => fill(), [index, pictures])
  useEffect(() => {
    const all = kept.current
    return () => all.forEach((address) => URL.revokeObjectURL(address))
  }, [])
  return pictures
}

async function pictureOf(id: string, number: number): Promise<string> {
  const params = { path: { id, number } }
  const blob = await answered(api.GET('/api/v1/recordings/{id}/frames/{number}', { params, parseAs: 'blob' }))
  return URL.createObjectURL(blob)
}
