import { useQueries, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'

import { onLive, read, useLiveState, type Schema } from '@/api'
import { midnight } from '@/parts/format'

const DAY_MS = 86_400_000
/** How long counts are let come together before they are asked for anew. */
const TOGETHER_MS = 1_000
/** Late counts, and midnight. */
const ANEW_MS = 60_000

type CountsAnswer = Schema<'CountsAnswer'>

/** Today's crossings of cameras' lines. */
export interface Totals {
  of: (camera: string, rule: string, direction: 'forward' | 'backward') => number
  /** All of a camera's. */
  ofCamera: (camera: string) => number
  isKnown: boolean
}

/** What answers hold, by camera, line and direction. */
export function totalsOf(answers: readonly (CountsAnswer | undefined)[]): Totals {
  const lines = new Map<string, number>()
  const cameras = new Map<string, number>()
  for (const { camera, rule, direction, buckets } of answers.flatMap((answer) => answer?.groups ?? [])) {
    const count = buckets.reduce((sum, bucket) => sum + bucket.count, 0)
    lines.set(`${camera}\n${rule}\n${direction}`, count)
    if (camera) cameras.set(camera, (cameras.get(camera) ?? 0) + count)
  }
  return {
    of: (camera, rule, direction) => lines.get(`${camera}\n${rule}\n${direction}`) ?? 0,
    ofCamera: (camera) => cameras.get(camera) ?? 0,
    isKnown: answers.every((answer) => answer !== undefined),
  }
}

/**
 * Today's crossings, growing as they come. They are asked for, not added up: after a break events come that the totals already hold.
 * Each site has a day of its own.
 */
export function useTotals(sites: readonly { id: string; time_zone: string }[], camera?: string): Totals {
  const client = useQueryClient()
  const answers = useQueries({
    queries: sites.map(({ id, time_zone: zone }) => {
      const from = midnight(zone)
      const query = {
        site: id,
        from: from.toISOString(),
        until: new Date(from.getTime() + DAY_MS).toISOString(),
        bucket: '1d' as const,
        group: 'camera,rule,direction',
        ...(camera ? { camera } : {}),
      }
      return { ...read('/api/v1/counts', { params: { query } }), refetchInterval: ANEW_MS }
    }),
  })
  const { missed, connected } = useLiveState()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    const refresh = () => void client.invalidateQueries({ queryKey: ['/api/v1/counts'] })
    const forget = onLive((event) => {
      if (event.kind !== 'crossing' || (camera !== undefined && event.camera !== camera)) return
      timer.current ??= setTimeout(() => {
        timer.current = undefined
        refresh()
      }, TOGETHER_MS)
    })
    return () => {
      forget()
      clearTimeout(timer.current)
      timer.current = undefined
    }
  }, [camera, client])
  useEffect(() => {
    if (connected) void client.invalidateQueries({ queryKey: ['/api/v1/counts'] })
  }, [missed, connected, client])
  return totalsOf(answers.map(({ data }) => data))
}
