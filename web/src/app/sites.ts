import { useQuery } from '@tanstack/react-query'

import { read } from '@/api'

/** The sites that somebody may see: a thousand at most. */
export const SITES = read('/api/v1/sites', { params: { query: { limit: 1000 } } })

/** The time zone of a site; that of the world until it is known. */
export function useZone(site: string): string {
  const sites = useQuery({ ...SITES, staleTime: 60_000 })
  return sites.data?.items.find(({ id }) => id === site)?.time_zone ?? 'UTC'
}
