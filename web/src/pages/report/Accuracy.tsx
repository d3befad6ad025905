import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { read, type Schema } from '@/api'
import { LinkButton } from '@/parts/Button'
import { Table } from '@/parts/Table'
import { DateTime } from '@/parts/Time'
import { useWords, type Words } from '@/pages/history/data/useWords'

import { latest } from './latest'
import css from './report.module.css'
import { Section } from './Section'
import type { SheetProps } from './Sheet'

/** How right the counts are, by the last audit of each line. */
export function Accuracy({ view, place }: SheetProps) {
  const { t } = useTranslation('history')
  const words = useWords(place, view)
  const query = { limit: 1000, ...(view.site ? { site: view.site } : {}) }
  const { data } = useQuery(read('/api/v1/accuracy-audits', { params: { query } }))
  if (!data) return null
  const rows = latest(data.items, view.cameras)
  return (
    <Section title={t('report.accuracy')} {...(rows.length > 0 ? { about: t('report.accuracyAbout') } : {})}>
      {rows.length === 0 ? (
        <p>
          {t('report.noAccuracy')}{' '}
          <span className={css.screenOnly}>
            <LinkButton to="/accuracy" small look="quiet">
              {t('report.toAccuracy')}
            </LinkButton>
          </span>
        </p>
      ) : (
        <Table
          label={t('report.accuracy')}
          columns={[
            { key: 'line', title: t('report.line'), cell: ({ line }) => line },
            { key: 'camera', title: t('report.camera'), cell: ({ camera }) => place.cameraName(camera) },
            {
              key: 'when',
              title: t('report.audited'),
              cell: ({ from }) => <DateTime time={from} zone={place.zone} style="date" />,
            },
            {
              key: 'precision',
              title: t('report.precision'),
              numeric: true,
              cell: ({ score }) => <ShareText share={score?.precision} words={words} />,
            },
            {
              key: 'recall',
              title: t('report.recall'),
              numeric: true,
              cell: ({ score }) => <ShareText share={score?.recall} words={words} />,
            },
          ]}
          rows={rows}
          rowKey={({ id }) => id}
        />
      )}
    </Section>
  )
}

/** A share with the interval in which it really lies. */
export function ShareText({ share, words }: { share: Schema<'Share'> | null | undefined; words: Words }) {
  if (!share) return <>–</>
  return (
    <>
      {words.percent(share.value, 1)}{' '}
      <span className={css.interval}>
        {words.percent(share.low)}–{words.percent(share.high)}
      </span>
    </>
  )
}
