import { keepPreviousData, useQuery } from '@tanstack/react-query'

import { read } from '@/api'

import type { Bucket } from '../buckets'
import type { Span } from '../period'
import { filterOf, type Comparison, type Group, type View } from '../view'

/** How often numbers of a running period are read anew. */
const ANEW_MS = 30_000

interface Question {
  span: Span
  bucket: Bucket
  view: View
  kind?: View['kind']
  group?: Group | 'camera,rule,direction' | 'rule,direction'
  compare?: Comparison | undefined
  enabled?: boolean
}

/** The borders of a stretch as the API takes them. */
export const borders = ({ from, until }: Span) => ({ from: from.toISOString(), until: until.toISOString() })

/** Counts by bucket; they stay while others are on their way, so that nothing jumps. */
export function useCounts({ span, bucket, view, kind, group, compare, enabled = true }: Question) {
  const query = {
    ...borders(span),
    ...filterOf(view),
    bucket,
    kind: kind ?? view.kind,
    ...(group ? { group } : {}),
    ...(compare ? { compare } : {}),
  }
  return useQuery({
    ...read('/api/v1/counts', { params: { query } }),
    enabled,
    placeholderData: keepPreviousData,
    refetchInterval: () => (span.until > new Date() ? ANEW_MS : false),
  })
}
