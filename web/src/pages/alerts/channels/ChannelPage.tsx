import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useParams, useSearchParams } from 'wouter'

import { read } from '@/api'
import { useAuth } from '@/app/auth'
import { mayAt } from '@/app/rights'
import { Page, PageHeader } from '@/parts/Page'
import { useSites } from '@/parts/places'
import { ErrorState, Loading, NoRights } from '@/parts/State'

import { ChannelForm } from './ChannelForm'

/** A channel: a new one, or one that is there. */
export default function ChannelPage() {
  const { id } = useParams<{ id: string }>()
  return id === 'new' ? <NewChannel /> : <KnownChannel key={id} id={id} />
}

function NewChannel() {
  const { t } = useTranslation('alerts')
  const { rights } = useAuth()
  const { sites, isPending, error } = useSites()
  const [search] = useSearchParams()
  const own = sites.filter((site) => mayAt(rights, 'operator', site.id))
  const site = own.find((one) => one.id === search.get('site')) ?? own[0]
  return (
    <Page>
      <Header title={t('channel.new')} />
      {error && <ErrorState error={error} />}
      {isPending && <Loading />}
      {!isPending && !error && !site && <NoRights />}
      {site && <ChannelForm site={site.id} />}
    </Page>
  )
}

function KnownChannel({ id }: { id: string }) {
  const { t } = useTranslation('alerts')
  const channel = useQuery({
    ...read('/api/v1/channels/{id}', { params: { path: { id } } }),
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  return (
    <Page>
      <Header title={channel.data?.name ?? t('channels.name')} />
      {channel.isError && !channel.data && (
        <ErrorState error={channel.error} retry={() => void channel.refetch()} />
      )}
      {channel.isPending && <Loading />}
      {channel.data && <ChannelForm site={channel.data.site} kept={channel.data} />}
    </Page>
  )
}

function Header({ title }: { title: string }) {
  const { t } = useTranslation('alerts')
  return <PageHeader title={title} back={{ to: '/alerts?tab=channels', title: t('tabs.channels') }} />
}
