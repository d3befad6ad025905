import { useMemo } from 'react'
import { useLocation, useSearch } from 'wouter'

import { addressOf, viewOf, type View } from '../view'

/** The view that the address holds, and how to change it: the list of events begins anew with each change. */
export function useView() {
  const search = useSearch()
  const [, navigate] = useLocation()
  const view = useMemo(() => viewOf(new URLSearchParams(search)), [search])
  const change = (part: Partial<View>) => navigate(addressOf({ ...view, cursor: undefined, ...part }))
  return { view, change }
}
