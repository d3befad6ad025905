import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { read } from '@/api'

/** The classes that were ever counted at the site. */
export function useClasses(site: string | undefined): readonly string[] {
  // Any stretch will do: a class has a group from its first count on, of any time.
  const [until] = useState(() => new Date().toISOString())
  const from = new Date(Date.parse(until) - 60_000).toISOString()
  const query = { from, until, bucket: '1h' as const, group: 'class', ...(site ? { site } : {}) }
  const { data } = useQuery({
    ...read('/api/v1/counts', { params: { query } }),
    staleTime: 5 * 60_000,
  })
  return (data?.groups ?? []).flatMap((group) => group.class ?? [])
}
