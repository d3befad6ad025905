import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'wouter'

import { list } from '@/api'
import { useAuth } from '@/app/auth'
import { mayEverywhere } from '@/app/rights'
import { Page, PageHeader } from '@/parts/Page'
import { useSites } from '@/parts/places'
import { EmptyState, ErrorState, Loading } from '@/parts/State'
import { More } from '@/parts/Table'
import { Zone } from '@/parts/Time'
import { ownZone } from '@/parts/zones'

import { Entries } from './Entries'
import { questionOf, readFilter, writeFilter } from './filter'
import { Filters } from './Filters'
import { Verification } from './Verification'

/** Who changed what. */
export default function Audit() {
  const { t } = useTranslation('system')
  const { rights } = useAuth()
  const { oneZone } = useSites()
  const [search, setSearch] = useSearchParams()
  const zone = oneZone ?? ownZone()
  const filter = readFilter(search)
  const isFiltered = Object.keys(writeFilter(filter)).length > 0
  const query = useInfiniteQuery(
    list('/api/v1/audit', { params: { query: { ...questionOf(filter, zone), limit: 100 } } }),
  )
  const entries = query.data?.pages.flatMap((page) => page.items) ?? []
  const isWhole = !isFiltered && mayEverywhere(rights, 'admin')
  return (
    <Page>
      <PageHeader
        title={t('audit.title')}
        about={
          <>
            {t('audit.about')} <Zone zone={zone} />
          </>
        }
      />
      <Filters
        filter={filter}
        onChange={(changed) => setSearch(writeFilter(changed), { replace: true })}
        isFiltered={isFiltered}
      />
      {query.isError && !query.data && <ErrorState error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Loading lines={8} />}
      {query.data && entries.length === 0 && (
        <EmptyState icon="audit" title={isFiltered ? t('audit.noneFiltered') : t('audit.none')} />
      )}
      {entries.length > 0 && (
        <div>
          <Entries entries={entries} zone={zone} />
          <More
            shown={entries.length}
            hasMore={query.hasNextPage}
            isLoading={query.isFetchingNextPage}
            onMore={() => void query.fetchNextPage()}
          />
        </div>
      )}
      {entries.length > 0 && isWhole && <Verification entries={entries} />}
    </Page>
  )
}
