import { useQueries, useQuery } from '@tanstack/react-query'

import { read, type Schema } from '@/api'

export type Audit = Schema<'AccuracyAudit'>
export type AuditSummary = Schema<'AccuracyAuditSummary'>
export type Camera = Schema<'CameraView'>

/** The addresses that are read anew when an audit has changed. */
export const AUDITS = ['/api/v1/accuracy-audits']

/** Audits that are marked together, by the ids of an address. */
export function useAudits(ids: string) {
  return useQueries({
    queries: ids.split(',').map((id) => ({
      ...read('/api/v1/accuracy-audits/{id}', { params: { path: { id } } }),
      // What is marked here is newer than what the server tells.
      staleTime: Infinity,
      refetchOnMount: 'always' as const,
    })),
    combine: (all) => {
      const found = all.map((one) => one.data).filter((audit) => audit !== undefined)
      return {
        audits: found.length === all.length ? found : undefined,
        isFresh: all.every((one) => one.isFetchedAfterMount),
        error: all.find((one) => one.isError)?.error,
        retry: () => all.forEach((one) => void one.refetch()),
      }
    },
  })
}

/** The address of several audits. */
export const idsOf = (audits: readonly { id: string }[]) => audits.map(({ id }) => id).join(',')

const CAMERAS = read('/api/v1/cameras', { params: { query: { limit: 1000 } } })
const SITES = read('/api/v1/sites', { params: { query: { limit: 1000 } } })

/** Cameras with their lines, and the clocks of their sites. */
export function useCameras() {
  const cameras = useQuery({ ...CAMERAS, staleTime: 30_000 })
  const sites = useQuery({ ...SITES, staleTime: 60_000 })
  const list = cameras.data?.cameras
  return {
    cameras: list,
    isReady: cameras.data !== undefined && sites.data !== undefined,
    error: cameras.isError ? cameras.error : sites.error,
    camera: (id: string) => list?.find((one) => one.id === id),
    nameOf: (id: string) => list?.find((one) => one.id === id)?.name ?? id,
    zoneOf: (site: string) => sites.data?.items.find(({ id }) => id === site)?.time_zone ?? 'UTC',
  }
}
