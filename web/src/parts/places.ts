import { useQuery } from '@tanstack/react-query'

import { read, type Schema } from '@/api'

export type Site = Schema<'Site'>
export type CameraView = Schema<'CameraView'>

const ALL = { params: { query: { limit: 1000 } } } as const
const NO_SITES: Site[] = []
const NO_CAMERAS: CameraView[] = []

/** The sites that somebody sees; none until they are there. */
export function useSites() {
  const { data, isPending, error, refetch } = useQuery(read('/api/v1/sites', ALL))
  const sites = data?.items ?? NO_SITES
  const nameOf = (id: string) => sites.find((site) => site.id === id)?.name ?? id
  /** The time zone of a site; UTC while it is not known. */
  const zoneOf = (id: string) => sites.find((site) => site.id === id)?.time_zone ?? 'UTC'
  const zones = new Set(sites.map((site) => site.time_zone))
  /** The time zone of all sites, if they have the same; then a page names it once. */
  const oneZone = zones.size === 1 ? [...zones][0] : undefined
  return { sites, isPending, error, refetch, nameOf, zoneOf, oneZone }
}

/** The cameras that somebody sees; none until they are there. */
export function useCameras() {
  const { data, isPending } = useQuery(read('/api/v1/cameras', ALL))
  const cameras = data?.cameras ?? NO_CAMERAS
  const nameOf = (id: string) => cameras.find((camera) => camera.id === id)?.name ?? id
  return { cameras, isPending, nameOf }
}
