import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'wouter'

import { answered, api, list, useChange } from '@/api'
import { Badge } from '@/parts/Badge'
import { Button } from '@/parts/Button'
import { formatTime } from '@/parts/format'
import { useSites } from '@/parts/places'
import { useProblemWords } from '@/parts/ProblemText'
import { Select } from '@/parts/Select'
import { EmptyState, ErrorState, Loading } from '@/parts/State'
import { More, Table, type Column } from '@/parts/Table'
import { DateTime } from '@/parts/Time'
import { toast } from '@/parts/toasts'

import { DELIVERIES, useChannels } from '../data'
import type { Delivery } from '../types'
import css from './channels.module.css'

const STATES = ['waiting', 'delivered', 'failed'] as const
const MOODS = { waiting: 'warn', delivered: 'good', failed: 'bad' } as const
const KINDS = ['alert_fired', 'alert_escalated', 'alert_resolved', 'event', 'test'] as const
const ALL = 'all'
const REFRESH_MS = 10_000

/** What was sent, waits, or was given up. */
export function DeliveriesPanel() {
  const { t } = useTranslation('alerts')
  const { channels } = useChannels()
  const [search, setSearch] = useSearchParams()
  const channel = search.get('channel') ?? ALL
  const state = STATES.find((one) => one === search.get('state')) ?? ALL
  const query = useInfiniteQuery({
    ...list('/api/v1/deliveries', {
      params: { query: { limit: 100, ...(channel === ALL ? {} : { channel }) } },
    }),
    refetchInterval: REFRESH_MS,
  })
  const all = query.data?.pages.flatMap((page) => page.items) ?? []
  const shown = state === ALL ? all : all.filter((delivery) => delivery.state === state)
  const filter = (change: Record<string, string>) => {
    const kept = { channel, state, ...change }
    setSearch({
      tab: 'deliveries',
      ...Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== ALL)),
    })
  }
  return (
    <div className={css.panel}>
      <p className={css.about}>{t('deliveries.about')}</p>
      <div className={css.filters}>
        <Select
          label={t('deliveries.channel')}
          options={[
            { value: ALL, label: t('deliveries.allChannels') },
            ...channels.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          value={channel}
          onChange={(value) => filter({ channel: value })}
        />
        <Select
          label={t('deliveries.state')}
          options={[
            { value: ALL, label: t('deliveries.allStates') },
            ...STATES.map((value) => ({ value, label: t(`deliveries.${value}`) })),
          ]}
          value={state}
          onChange={(value) => filter({ state: value })}
        />
      </div>
      {query.isError && !query.data && <ErrorState error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Loading />}
      {query.data && all.length === 0 && (
        <EmptyState icon="clock" title={t('deliveries.none')}>
          {t('deliveries.noneAbout')}
        </EmptyState>
      )}
      {all.length > 0 && (
        <>
          <DeliveriesTable deliveries={shown} />
          <More
            shown={shown.length}
            hasMore={query.hasNextPage}
            isLoading={query.isFetchingNextPage}
            onMore={() => void query.fetchNextPage()}
          />
        </>
      )}
    </div>
  )
}

function DeliveriesTable({ deliveries }: { deliveries: Delivery[] }) {
  const { t, i18n } = useTranslation('alerts')
  const { channels, nameOf } = useChannels()
  const { zoneOf, oneZone } = useSites()
  const words = useProblemWords()
  const retry = useChange(
    (id: string) => answered(api.POST('/api/v1/deliveries/{id}/retry', { params: { path: { id } } })),
    [DELIVERIES],
  )
  const zone = ({ channel }: Delivery) => zoneOf(channels.find(({ id }) => id === channel)?.site ?? '')
  const what = ({ kind }: Delivery) => {
    const known = KINDS.find((one) => one === kind.replace('.', '_'))
    return known ? t(`deliveries.kinds.${known}`) : kind
  }
  const columns: Column<Delivery>[] = [
    {
      key: 'created',
      title: t('deliveries.created'),
      cell: (delivery) => <DateTime time={delivery.created} zone={zone(delivery)} withZone={!oneZone} />,
    },
    { key: 'what', title: t('deliveries.what'), cell: what },
    {
      key: 'channel',
      title: t('deliveries.channel'),
      wide: true,
      cell: ({ channel }) => nameOf(channel) ?? t('words.unknownChannel'),
    },
    {
      key: 'state',
      title: t('deliveries.state'),
      cell: (delivery) => (
        <div className={css.delivery}>
          <Badge mood={MOODS[delivery.state]}>{t(`deliveries.${delivery.state}`)}</Badge>
          {delivery.state === 'waiting' && delivery.tries > 0 && (
            <span className={css.goes}>
              {t('deliveries.next', {
                time: formatTime(delivery.due, 'short', i18n.language, zone(delivery)),
              })}
            </span>
          )}
          {delivery.state !== 'delivered' && delivery.error && (
            <span className={css.goes} lang="en">
              {delivery.error}
            </span>
          )}
        </div>
      ),
    },
    { key: 'tries', title: t('deliveries.tries'), numeric: true, wide: true, cell: ({ tries }) => tries },
    {
      key: 'retry',
      title: t('deliveries.retry'),
      hideTitle: true,
      cell: (delivery) =>
        delivery.state !== 'delivered' && (
          <Button
            small
            icon="refresh"
            isPending={retry.isPending && retry.variables === delivery.id}
            aria-label={t('deliveries.retryOf', {
              time: formatTime(delivery.created, 'short', i18n.language, zone(delivery)),
            })}
            onPress={() =>
              retry.mutate(delivery.id, {
                onSuccess: () => toast(t('deliveries.retried')),
                onError: (problem) => toast(words(problem).summary, { look: 'failed' }),
              })
            }
          >
            {t('deliveries.retry')}
          </Button>
        ),
    },
  ]
  return (
    <Table
      label={t('tabs.deliveries')}
      columns={columns}
      rows={deliveries}
      rowKey={({ id }) => id}
      empty={<p className={css.about}>{t('deliveries.noneFiltered')}</p>}
    />
  )
}
