import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { list } from '@/api'
import { Table } from '@/parts/Table'
import { gapOf, lengthOf, useGapColumns } from '@/pages/history/counts/gap'
import { borders } from '@/pages/history/data/useCounts'
import { filterOf } from '@/pages/history/view'

import { Section } from './Section'
import type { SheetProps } from './Sheet'

/** As many as a sheet has room for; the longest matter most. */
const MOST = 12

/** When nobody looked. */
export function GapList({ view, place, span, now }: SheetProps) {
  const { t } = useTranslation('history')
  const columns = useGapColumns(place, now)
  const { site, camera } = filterOf(view)
  const query = { ...borders(span), limit: 1000, ...(site ? { site } : {}), ...(camera ? { camera } : {}) }
  const { data } = useInfiniteQuery(list('/api/v1/gaps', { params: { query } }))
  if (!data) return null
  const all = data.pages.flatMap((page) => page.items.map(gapOf))
  const longest = all.toSorted((a, b) => lengthOf(b, now) - lengthOf(a, now)).slice(0, MOST)
  return (
    <Section title={t('report.gaps')}>
      {all.length === 0 ? (
        <p>{t('report.noGaps')}</p>
      ) : (
        <>
          <Table label={t('report.gaps')} columns={columns} rows={longest} rowKey={({ id }) => id} />
          {all.length > longest.length && (
            <p>{t('report.moreGaps', { count: all.length - longest.length })}</p>
          )}
        </>
      )}
    </Section>
  )
}
