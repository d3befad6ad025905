import { bucketFor } from '../buckets'
import type { Span } from '../period'
import { filterOf, type View } from '../view'

export const FORMATS = ['csv', 'jsonl', 'parquet'] as const
export type Format = (typeof FORMATS)[number]

export const TABLES = ['counts', 'events'] as const
export type Table = (typeof TABLES)[number]

/** Where the file with what a view shows is. */
export function exportAddress(table: Table, format: Format, view: View, span: Span): string {
  const query: Record<string, string> = {
    format,
    from: span.from.toISOString(),
    until: span.until.toISOString(),
    ...filterOf(view),
  }
  if (table === 'events') {
    if (view.kinds.length > 0) query.kind = view.kinds.join(',')
  } else {
    query.bucket = bucketFor(span, view.bucket)
    query.kind = view.kind
    if (view.group) query.group = view.group
  }
  return `/api/v1/exports/${table}?${new URLSearchParams(query).toString()}`
}
