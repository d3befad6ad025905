import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { answered, api, list, useChange } from '@/api'
import { Button } from '@/parts/Button'
import { Card } from '@/parts/Page'
import { useSites } from '@/parts/places'
import { useProblemWords } from '@/parts/ProblemText'
import { ErrorState, Loading } from '@/parts/State'
import { More, Table, type Column } from '@/parts/Table'
import { DateTime, Length } from '@/parts/Time'
import { toast } from '@/parts/toasts'
import { useNow } from '@/parts/useNow'
import { ownZone } from '@/parts/zones'

import css from './deleted.module.css'

const PAGE = { params: { query: { limit: 100 } } } as const
/** How long what was deleted can be brought back. */
const KEPT_S = 30 * 24 * 3600

/** Something that was deleted, a site or a camera. */
interface Deleted {
  id: string
  name: string
  site?: string
  deleted?: string | null
}

/** What was deleted, and can be brought back. */
export function DeletedPanel() {
  const { t } = useTranslation('system')
  const sites = useInfiniteQuery(list('/api/v1/deleted/sites', PAGE))
  const cameras = useInfiniteQuery(list('/api/v1/deleted/cameras', PAGE))
  const restoreSite = useChange(
    (id: string) => answered(api.POST('/api/v1/sites/{id}/restore', { params: { path: { id } } })),
    ['/api/v1/sites', '/api/v1/deleted'],
  )
  const restoreCamera = useChange(
    (id: string) => answered(api.POST('/api/v1/cameras/{id}/restore', { params: { path: { id } } })),
    ['/api/v1/cameras', '/api/v1/deleted'],
  )
  return (
    <div className={css.panel}>
      <p className={css.muted}>{t('deleted.about')}</p>
      <Card title={t('deleted.sites')}>
        <Listed query={sites} none={t('deleted.noSites')} restore={restoreSite} label={t('deleted.sites')} />
      </Card>
      <Card title={t('deleted.cameras')}>
        <Listed
          query={cameras}
          none={t('deleted.noCameras')}
          restore={restoreCamera}
          label={t('deleted.cameras')}
        />
      </Card>
    </div>
  )
}

interface ListedProps {
  label: string
  none: string
  query: {
    data: { pages: { items: Deleted[] }[] } | undefined
    error: unknown
    isPending: boolean
    hasNextPage: boolean
    isFetchingNextPage: boolean
    fetchNextPage: () => unknown
    refetch: () => unknown
  }
  restore: ReturnType<typeof useChange<string>>
}

function Listed({ label, none, query, restore }: ListedProps) {
  const { t } = useTranslation('system')
  const { nameOf } = useSites()
  const words = useProblemWords()
  const now = useNow()
  if (query.error && !query.data) return <ErrorState error={query.error} retry={() => void query.refetch()} />
  if (!query.data) return <Loading lines={2} />
  const rows = query.data.pages.flatMap((page) => page.items)
  const left = ({ deleted }: Deleted) =>
    deleted ? Math.max(0, KEPT_S - (now - Date.parse(deleted)) / 1000) : 0
  const columns: Column<Deleted>[] = [
    {
      key: 'name',
      title: t('deleted.name'),
      cell: ({ id, name }) => (
        <div className={css.thing}>
          {name}
          <code>{id}</code>
        </div>
      ),
    },
    ...(rows.some(({ site }) => site !== undefined)
      ? [
          {
            key: 'site',
            title: t('deleted.site'),
            wide: true,
            cell: ({ site }: Deleted) => site !== undefined && nameOf(site),
          },
        ]
      : []),
    {
      key: 'when',
      title: t('deleted.when'),
      wide: true,
      cell: ({ deleted }) => deleted && <DateTime time={deleted} zone={ownZone()} withZone />,
    },
    { key: 'left', title: t('deleted.left'), cell: (row) => <Length seconds={left(row)} /> },
    {
      key: 'restore',
      title: t('deleted.restore'),
      hideTitle: true,
      cell: ({ id, name }) => (
        <div className={css.end}>
          <Button
            small
            icon="undo"
            isPending={restore.isPending && restore.variables === id}
            aria-label={t('deleted.restoreOf', { name })}
            onPress={() =>
              restore.mutate(id, {
                onSuccess: () => toast(t('deleted.restored', { name })),
                onError: (problem) => toast(words(problem).summary, { look: 'failed' }),
              })
            }
          >
            {t('deleted.restore')}
          </Button>
        </div>
      ),
    },
  ]
  return (
    <>
      <Table
        label={label}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        empty={<p className={css.muted}>{none}</p>}
      />
      {query.hasNextPage && (
        <More
          shown={rows.length}
          hasMore
          isLoading={query.isFetchingNextPage}
          onMore={() => void query.fetchNextPage()}
        />
      )}
    </>
  )
}
