import { useTranslation } from 'react-i18next'

import { Table } from '@/parts/Table'
import { bucketFor } from '@/pages/history/buckets'
import { useCounts } from '@/pages/history/data/useCounts'
import { useWords } from '@/pages/history/data/useWords'

import { linesOf, type LineSum } from './lines'
import { Section } from './Section'
import type { SheetProps } from './Sheet'

/** Both directions of each line. */
export function Lines({ view, place, span }: SheetProps) {
  const { t } = useTranslation('history')
  const words = useWords(place, view)
  const { data } = useCounts({ span, bucket: bucketFor(span, 'auto'), view, group: 'rule,direction' })
  if (!data) return null
  const rows = linesOf(data.groups)
  if (rows.length === 0) return null
  const named = (row: LineSum, direction: 'forward' | 'backward') =>
    `${words.number(row[direction])} ${words.directionOf(row.camera, row.line, direction)}`
  return (
    <Section title={t('report.lines')}>
      <Table
        label={t('report.lines')}
        columns={[
          { key: 'line', title: t('report.line'), cell: (row) => row.line },
          { key: 'camera', title: t('report.camera'), cell: (row) => place.cameraName(row.camera) },
          {
            key: 'forward',
            title: t('direction.forward'),
            numeric: true,
            cell: (row) => named(row, 'forward'),
          },
          {
            key: 'backward',
            title: t('direction.backward'),
            numeric: true,
            cell: (row) => named(row, 'backward'),
          },
          {
            key: 'total',
            title: t('report.total'),
            numeric: true,
            cell: (row) => <strong>{words.number(row.forward + row.backward)}</strong>,
          },
        ]}
        rows={rows}
        rowKey={(row) => `${row.camera}/${row.line}`}
      />
    </Section>
  )
}
