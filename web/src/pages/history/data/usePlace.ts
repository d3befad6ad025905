import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { read, type Schema } from '@/api'

export type Camera = Schema<'CameraView'>
export type Site = Schema<'Site'>

/** Where the numbers come from: sites with their clocks, and cameras with their lines and zones. */
export interface Place {
  sites: readonly Site[]
  /** Those of the chosen site. */
  cameras: readonly Camera[]
  /** The chosen site. Where sites have different clocks one is always chosen, for buckets are hours of one clock. */
  site: Site | undefined
  /** Whether one site must be chosen. */
  oneAtATime: boolean
  zone: string
  siteName: (id: string) => string
  cameraName: (id: string) => string
}

const SITES = read('/api/v1/sites', { params: { query: { limit: 1000 } } })
const CAMERAS = read('/api/v1/cameras', { params: { query: { limit: 1000 } } })

/** Everything that can be chosen, and the clock of what is chosen. */
export function usePlace(chosen: string | undefined) {
  const sites = useQuery({ ...SITES, staleTime: 60_000 })
  const cameras = useQuery({ ...CAMERAS, staleTime: 30_000 })
  const place = useMemo(() => {
    if (!sites.data || !cameras.data) return undefined
    return placeOf(sites.data.items, cameras.data.cameras, chosen)
  }, [sites.data, cameras.data, chosen])
  const failed = sites.isError ? sites : cameras.isError ? cameras : undefined
  return { place, failed }
}

/** A place, with the first site chosen where one must be. */
export function placeOf(
  sites: readonly Site[],
  cameras: readonly Camera[],
  chosen: string | undefined,
): Place {
  const oneAtATime = new Set(sites.map((site) => site.time_zone)).size > 1
  const site = sites.find(({ id }) => id === chosen) ?? (oneAtATime ? sites[0] : undefined)
  const names = new Map(cameras.map(({ id, name }) => [id, name]))
  return {
    sites,
    cameras: site ? cameras.filter((camera) => camera.site === site.id) : cameras,
    site,
    oneAtATime,
    zone: (site ?? sites[0])?.time_zone ?? 'UTC',
    siteName: (id) => sites.find((one) => one.id === id)?.name ?? id,
    // What was deleted keeps its counts, but has no name any more.
    cameraName: (id) => names.get(id) ?? id,
  }
}
