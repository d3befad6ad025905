import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { list } from '@/api'
import { Card } from '@/parts/Page'
import { ErrorState } from '@/parts/State'
import { More, Table } from '@/parts/Table'

import { borders } from '../data/useCounts'
import type { PaneProps } from '../data/pane'
import { filterOf } from '../view'
import { gapOf, openGaps, useGapColumns } from './gap'

/** When and why nobody looked. */
export function Gaps({ view, place, span, now }: Pick<PaneProps, 'view' | 'place' | 'span' | 'now'>) {
  const { t } = useTranslation('history')
  const columns = useGapColumns(place, now)
  const { site, camera } = filterOf(view)
  const query = { ...borders(span), limit: 50, ...(site ? { site } : {}), ...(camera ? { camera } : {}) }
  const gaps = useInfiniteQuery(list('/api/v1/gaps', { params: { query } }))
  if (gaps.isError) return <ErrorState error={gaps.error} retry={() => void gaps.refetch()} />
  const open = span.until > now ? openGaps(place.cameras, view.cameras) : []
  const rows = [...open, ...(gaps.data?.pages ?? []).flatMap((page) => page.items.map(gapOf))]
  if (rows.length === 0) return null
  return (
    <Card title={t('gaps.title')} about={t('gaps.about')}>
      <Table label={t('gaps.title')} columns={columns} rows={rows} rowKey={(gap) => gap.id} />
      {gaps.hasNextPage && (
        <More
          shown={rows.length}
          hasMore
          isLoading={gaps.isFetchingNextPage}
          onMore={() => void gaps.fetchNextPage()}
        />
      )}
    </Card>
  )
}
