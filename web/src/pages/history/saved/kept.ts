import type { Schema } from '@/api'

import { paramsOf, viewOf, type View } from '../view'

type Query = Schema<'View'>['query']

/** Says of a saved query that it is one of this page; others may save theirs in the same list. */
const PAGE = 'history'

/** A view as it is saved. Where the list of events begins is left out: that moves on. */
export function queryOf(view: View): Query {
  const params: Record<string, string> = { page: PAGE, ...paramsOf({ ...view, cursor: undefined }) }
  // Any object may be saved; the description calls that one without fields.
  return params as Query
}

/** Reads a saved query; undefined when it is another page's. */
export function savedView(query: Readonly<Record<string, unknown>>): View | undefined {
  if (query.page !== PAGE) return undefined
  const texts = Object.entries(query).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
  return viewOf(new URLSearchParams(texts))
}

/** Whether a saved query is what is shown now. */
export function isShown(query: Readonly<Record<string, unknown>>, view: View): boolean {
  const shown = queryOf(view)
  const names = new Set([...Object.keys(query), ...Object.keys(shown)])
  return [...names].every((name) => query[name] === shown[name])
}
