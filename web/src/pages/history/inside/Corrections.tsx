import { useTranslation } from 'react-i18next'

import { Table, type Column } from '@/parts/Table'
import { DateTime } from '@/parts/Time'

import type { Words } from '../data/useWords'
import type { Correction } from '../inside'

interface CorrectionsProps {
  all: readonly Correction[]
  from: Date
  zone: string
  words: Words
}

/** What operators set right, and how far the count had drifted. */
export function Corrections({ all, from, zone, words }: CorrectionsProps) {
  const { t } = useTranslation('history')
  const rows = all.filter(({ time }) => new Date(time) >= from)
  if (rows.length === 0) return <p>{t('inside.noCorrections')}</p>
  const columns: Column<Correction>[] = [
    { key: 'time', title: t('inside.when'), cell: ({ time }) => <DateTime time={time} zone={zone} /> },
    { key: 'was', title: t('inside.was'), numeric: true, cell: ({ was }) => words.number(was) },
    { key: 'now', title: t('inside.seen'), numeric: true, cell: ({ now }) => words.number(now) },
    {
      key: 'drift',
      title: t('inside.drift'),
      numeric: true,
      cell: ({ was, now }) => words.signed(now - was),
    },
  ]
  return (
    <section aria-label={t('inside.corrections')}>
      <h3>{t('inside.corrections')}</h3>
      <Table label={t('inside.corrections')} columns={columns} rows={rows} rowKey={({ time }) => time} />
    </section>
  )
}
