import { bucketFor } from '../buckets'
import type { Span } from '../period'
import { filterOf, type View } from '../view'

export const FORMATS = ['csv', 'jsonl', 'parquet'] as const
export type Format = (typeof FORMATS)[number]

export const TABLES = ['counts', 'events'] as const
export type Table = (typeof TABLES)[number]

/** Where the file with what a view shows is. */
export function exportAddress(table: Table, format: Format, view: View, span: Span): string {
  const shared = {
    format,
    from: span.from.toISOString(),
    until: span.until.toISOString(),
    ...filterOf(view),
  }
  const counts = {
    bucket: bucketFor(span, view.bucket),
    kind: view.kind,
    ...(view.group ? { group: view.group } : {}),
  }
  const events = view.kinds.length > 0 ? { kind: view.kinds.join(',') } : {}
  const query = { ...shared, ...(table === 'counts' ? counts : events) }
  return `/api/v1/exports/${table}?${new URLSearchParams(query).toString()}`
}
