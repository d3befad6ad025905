import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { list } from '@/api'
import { useSites } from '@/parts/places'
import { ErrorState, Loading } from '@/parts/State'
import { More, Table, type Column } from '@/parts/Table'
import { DateTime, Length } from '@/parts/Time'

import { SeverityBadge } from '../Severity'
import { summaryInWords } from '../summary'
import type { Alert } from '../types'
import { useWords } from '../words'
import css from './now.module.css'

/** Who the server says has resolved an alert when its rule was changed or deleted. */
const BY_CHANGE = 'a change of the rule'

/** Alerts that are over, the newest first. */
export function Earlier() {
  const { t, i18n } = useTranslation('alerts')
  const { nameOf, zoneOf, oneZone } = useSites()
  const words = useWords()
  const query = useInfiniteQuery(list('/api/v1/alerts', { params: { query: { limit: 50 } } }))
  const alerts = query.data?.pages.flatMap((page) => page.items).filter((alert) => alert.resolved) ?? []

  const ended = ({ resolved }: Alert) => {
    if (!resolved?.by) return t('earlier.byItself')
    return resolved.by === BY_CHANGE ? t('earlier.byChange') : t('earlier.by', { name: resolved.by })
  }
  const columns: Column<Alert>[] = [
    { key: 'name', title: t('earlier.alert'), cell: (alert) => alert.name },
    {
      key: 'severity',
      title: t('form.severity'),
      hideTitle: true,
      wide: true,
      cell: (alert) => <SeverityBadge severity={alert.severity} />,
    },
    {
      key: 'what',
      title: t('earlier.what'),
      wide: true,
      cell: (alert) => summaryInWords(alert.summary, t, i18n.language, words.camera),
    },
    { key: 'where', title: t('site'), wide: true, cell: (alert) => nameOf(alert.site) },
    {
      key: 'began',
      title: t('earlier.began'),
      cell: (alert) => <DateTime time={alert.started} zone={zoneOf(alert.site)} withZone={!oneZone} />,
    },
    {
      key: 'lasted',
      title: t('earlier.lasted'),
      numeric: true,
      cell: ({ started, resolved }) =>
        resolved && <Length seconds={(Date.parse(resolved.time) - Date.parse(started)) / 1000} />,
    },
    { key: 'ended', title: t('earlier.ended'), cell: ended },
  ]
  return (
    <section className={css.earlier} aria-labelledby="alerts-earlier">
      <h2 id="alerts-earlier">{t('earlier.title')}</h2>
      {query.isError && <ErrorState error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Loading />}
      {query.data && (
        <>
          <Table
            label={t('earlier.title')}
            columns={columns}
            rows={alerts}
            rowKey={(alert) => alert.id}
            empty={<p className={css.nothing}>{t('earlier.none')}</p>}
          />
          {(alerts.length > 0 || query.hasNextPage) && (
            <More
              shown={alerts.length}
              hasMore={query.hasNextPage}
              isLoading={query.isFetchingNextPage}
              onMore={() => void query.fetchNextPage()}
            />
          )}
        </>
      )}
    </section>
  )
}
