import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { read } from '@/api'
import { Table } from '@/parts/Table'
import { borders } from '@/pages/history/data/useCounts'
import { useWords } from '@/pages/history/data/useWords'
import { filterOf } from '@/pages/history/view'

import { Section } from './Section'
import type { SheetProps } from './Sheet'

/** How long people stayed in each zone. */
export function Stays({ view, place, span }: SheetProps) {
  const { t } = useTranslation('history')
  const words = useWords(place, view)
  const { site, camera } = filterOf(view)
  const query = {
    ...borders(span),
    bucket: '1d' as const,
    ...(site ? { site } : {}),
    ...(camera ? { camera } : {}),
  }
  const { data } = useQuery(read('/api/v1/dwell', { params: { query } }))
  const zones = (data?.zones ?? []).filter(({ total }) => total.count > 0)
  if (zones.length === 0) return null
  const length = (seconds: number | null) => (seconds === null ? '–' : words.length(seconds))
  return (
    <Section title={t('report.stays')} about={t('zones.dwellAbout')}>
      <Table
        label={t('report.stays')}
        columns={[
          { key: 'zone', title: t('zones.zone'), cell: ({ rule }) => rule },
          { key: 'camera', title: t('report.camera'), cell: (zone) => place.cameraName(zone.camera) },
          {
            key: 'count',
            title: t('zones.stays'),
            numeric: true,
            cell: ({ total }) => words.number(total.count),
          },
          {
            key: 'median',
            title: t('zones.median'),
            numeric: true,
            cell: ({ total }) => length(total.median_s),
          },
          { key: 'mean', title: t('zones.mean'), numeric: true, cell: ({ total }) => length(total.mean_s) },
          { key: 'p95', title: t('zones.p95'), numeric: true, cell: ({ total }) => length(total.p95_s) },
        ]}
        rows={zones}
        rowKey={(zone) => `${zone.camera}/${zone.rule}`}
      />
    </Section>
  )
}
