import { useQuery } from '@tanstack/react-query'

import { answered, api } from '@/api'
import { useCameras, useSites } from '@/parts/places'

import { rehearse, rehearseGaps, sums, type Episode, type Reading } from '../rehearse'
import type { Counted, Rule } from '../types'
import { unlikeness } from '../unusual'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** What a rule would have said in the last day. */
export interface Rehearsed {
  episodes: Episode[]
  /** The numbers that it would have looked at, where they are numbers, and its limit. */
  readings: Reading[]
  limit: number | undefined
}

/** Asks what was counted in the last day, and runs a rule on it. Kinds whose past is not kept are not asked. */
export function useRehearsal(rule: Rule, isRight: boolean) {
  const { cameras } = useCameras()
  const { zoneOf } = useSites()
  const own = cameras.filter((camera) => camera.site === rule.site).map(({ id }) => id)
  const zone = zoneOf(rule.site)
  const { condition, hold_s = 0, clear_s = 0 } = rule
  const waits = { hold_s, clear_s }

  const run = async (): Promise<Rehearsed> => {
    const now = Math.floor(Date.now() / MINUTE) * MINUTE
    if (condition.kind === 'offline' || condition.kind === 'frozen') {
      const gaps = await gapsOf(condition.kind, chosen(condition.cameras, own), now)
      return { episodes: rehearseGaps(waits, gaps), readings: [], limit: undefined }
    }
    if (condition.kind === 'count') {
      const { threshold, window_min } = condition
      const looked = chosen(condition.counted.cameras, own)
      const from = now - DAY - window_min * MINUTE
      const minutes = await watched(rule.site, condition.counted, looked, '1m', from, now)
      const readings = sums(minutes, window_min, looked.length, threshold)
      return { episodes: rehearse({ threshold, ...waits }, readings), readings, limit: threshold.limit }
    }
    if (condition.kind === 'unusual') {
      const { weeks = 8, deviations = 4 } = condition
      const looked = chosen(condition.counted.cameras, own)
      const until = Math.floor(now / HOUR) * HOUR
      const hours = await watched(
        rule.site,
        condition.counted,
        looked,
        '1h',
        until - (weeks * 7 + 1) * DAY,
        until,
      )
      const readings = unlikeness(hours, weeks, looked.length, zone, 24)
      const threshold = { side: 'above' as const, limit: deviations, clear: deviations / 2 }
      return { episodes: rehearse({ threshold, ...waits }, readings), readings, limit: deviations }
    }
    return { episodes: [], readings: [], limit: undefined }
  }
  const canAsk = condition.kind !== 'occupancy'
  const query = useQuery({
    queryKey: ['rehearsal', condition, waits, own],
    queryFn: run,
    enabled: canAsk && isRight && own.length > 0,
    staleTime: MINUTE,
  })
  return { ...query, canAsk }
}

const chosen = (cameras: readonly string[] | undefined, own: string[]) =>
  cameras?.length ? cameras.filter((id) => own.includes(id)) : own

/** What was counted and watched in each bucket. */
async function watched(
  site: string,
  counted: Counted,
  cameras: string[],
  bucket: '1m' | '1h',
  from: number,
  until: number,
) {
  const { lines, classes, directions } = counted
  const only = (name: string, values: readonly string[]) =>
    values.length ? { [name]: values.join(',') } : {}
  const stretch = { from: new Date(from).toISOString(), until: new Date(until).toISOString() }
  const ask = async (narrowed: object) => {
    const query = { ...stretch, bucket, site, camera: cameras.join(','), ...narrowed }
    const { groups } = await answered(api.GET('/api/v1/counts', { params: { query } }))
    return groups[0]?.buckets ?? []
  }
  // A line that nobody ever crossed says nothing of when its camera was watched, so that is asked without it.
  const [some, all] = await Promise.all([
    ask({ ...only('rule', lines), ...only('class', classes), ...only('direction', directions) }),
    ask({}),
  ])
  const counts = new Map(some.map((one) => [one.from, one.count]))
  return all.map((one) => ({ ...one, count: counts.get(one.from) ?? 0 }))
}

async function gapsOf(reason: string, cameras: string[], now: number) {
  const query = {
    from: new Date(now - DAY).toISOString(),
    until: new Date(now).toISOString(),
    camera: cameras.join(','),
    limit: 1000,
  }
  const { items } = await answered(api.GET('/api/v1/gaps', { params: { query } }))
  return items.flatMap(({ from, until, reason: why }) =>
    why === reason && from && until ? [{ from, until }] : [],
  )
}
