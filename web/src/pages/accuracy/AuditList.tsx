import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { answered, api, ifMatch, list, useChange } from '@/api'
import { useAuth } from '@/app/auth'
import { mayAt, maySomewhere } from '@/app/rights'
import { Badge } from '@/parts/Badge'
import { Button, LinkButton } from '@/parts/Button'
import { ConfirmDialog } from '@/parts/Dialog'
import { Page, PageHeader } from '@/parts/Page'
import { EmptyState, ErrorState, Loading } from '@/parts/State'
import { More, Table, type Column } from '@/parts/Table'
import { DateTime } from '@/parts/Time'
import { toast } from '@/parts/toasts'

import { sheets, type Sheet } from './sheets'
import { Scores } from './Scores'
import { AUDITS, idsOf, useCameras, type AuditSummary } from './useAudits'

type Row = Sheet<AuditSummary>

const ALL = list('/api/v1/accuracy-audits', { params: { query: { limit: 200 } } })

/** Where one of the audits is continued, or its report is. */
export const placeOf = ({ audits }: Row) =>
  audits.every(({ finished }) => finished !== null)
    ? `/accuracy/${idsOf(audits)}`
    : `/accuracy/mark/${idsOf(audits)}`

/** What was audited, the newest first. */
export default function AuditList() {
  const { t } = useTranslation('accuracy')
  const { rights } = useAuth()
  const audits = useInfiniteQuery(ALL)
  const cameras = useCameras()
  const columns = useColumns(cameras)
  const mayAudit = maySomewhere(rights, 'operator')
  const begin = mayAudit && (
    <LinkButton to="/accuracy/new" look="primary" icon="add">
      {t('list.new')}
    </LinkButton>
  )
  const rows = sheets(audits.data?.pages.flatMap((page) => page.items) ?? [])
  return (
    <Page>
      <PageHeader title={t('title')} about={t('about')} actions={begin} />
      {audits.isError ? (
        <ErrorState error={audits.error} retry={() => void audits.refetch()} />
      ) : !audits.data || !cameras.isReady ? (
        <Loading lines={6} />
      ) : (
        <>
          <Table
            label={t('title')}
            columns={columns}
            rows={rows}
            rowKey={({ key }) => key}
            empty={
              <EmptyState icon="accuracy" title={t('list.none')} action={begin}>
                {t('list.noneAbout')}
              </EmptyState>
            }
          />
          {audits.hasNextPage && (
            <More
              shown={rows.length}
              hasMore
              isLoading={audits.isFetchingNextPage}
              onMore={() => void audits.fetchNextPage()}
            />
          )}
        </>
      )}
    </Page>
  )
}

function useColumns(cameras: ReturnType<typeof useCameras>): Column<Row>[] {
  const { t } = useTranslation('accuracy')
  const first = ({ audits }: Row) => audits[0]
  return [
    {
      key: 'what',
      title: t('list.what'),
      cell: (row) => (
        <Link to={placeOf(row)}>
          {cameras.nameOf(first(row)?.camera ?? '')}: {row.audits.map(({ line }) => line).join(', ')}
        </Link>
      ),
    },
    {
      key: 'when',
      title: t('list.when'),
      cell: (row) => {
        const audit = first(row)
        return audit && <DateTime time={audit.from} zone={cameras.zoneOf(audit.site)} withZone />
      },
    },
    {
      key: 'state',
      title: t('list.state'),
      cell: ({ audits }) =>
        audits.every(({ finished }) => finished !== null) ? (
          <Badge mood="good">{t('list.finished')}</Badge>
        ) : (
          <Badge>{t('list.open')}</Badge>
        ),
    },
    {
      key: 'scores',
      title: t('list.scores'),
      cell: ({ audits }) => <Scores audits={audits} />,
      wide: true,
    },
    { key: 'by', title: t('list.by'), cell: (row) => first(row)?.created_by, wide: true },
    { key: 'do', title: t('list.delete'), hideTitle: true, cell: (row) => <Delete row={row} /> },
  ]
}

/** A report is gone for good, so that is asked for. */
function Delete({ row }: { row: Row }) {
  const { t } = useTranslation('accuracy')
  const { rights } = useAuth()
  const [isOpen, setOpen] = useState(false)
  const remove = useChange(async () => {
    for (const { id, version } of row.audits) {
      await answered(
        api.DELETE('/api/v1/accuracy-audits/{id}', { params: { path: { id }, header: ifMatch(version) } }),
      )
    }
  }, AUDITS)
  const lines = row.audits.map(({ line }) => line).join(', ')
  if (!row.audits.every(({ site }) => mayAt(rights, 'operator', site))) return null
  return (
    <>
      <Button
        small
        look="quiet"
        icon="delete"
        aria-label={t('list.deleteOf', { lines })}
        onPress={() => setOpen(true)}
      />
      <ConfirmDialog
        title={t('list.deleteOf', { lines })}
        action={t('list.delete')}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        onConfirm={async () => {
          await remove.mutateAsync()
          toast(t('list.deleted'))
        }}
      >
        {t('list.deleteAbout')}
      </ConfirmDialog>
    </>
  )
}
