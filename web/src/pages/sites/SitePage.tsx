import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useParams } from 'wouter'

import { read } from '@/api'
import { useAuth } from '@/app/auth'
import { mayAt, mayEverywhere } from '@/app/rights'
import { Card, Page, PageHeader } from '@/parts/Page'
import { ErrorState, Loading, NoRights, Note } from '@/parts/State'

import { DeleteSite } from './DeleteSite'
import { SiteForm } from './SiteForm'
import css from './sites.module.css'

/** A site: a new one, or one that is there. */
export default function SitePage() {
  const { id } = useParams<{ id: string }>()
  return id === 'new' ? <NewSite /> : <KnownSite key={id} id={id} />
}

function NewSite() {
  const { t } = useTranslation('system')
  const { rights } = useAuth()
  return (
    <Page>
      <Header title={t('site.new')} />
      {mayEverywhere(rights, 'admin') ? (
        <div className={css.narrow}>
          <SiteForm />
        </div>
      ) : (
        <NoRights />
      )}
    </Page>
  )
}

function KnownSite({ id }: { id: string }) {
  const { t } = useTranslation('system')
  const { rights } = useAuth()
  const query = useQuery({
    ...read('/api/v1/sites/{id}', { params: { path: { id } } }),
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  const site = query.data
  return (
    <Page>
      <Header title={site?.name ?? t('sites.name')} />
      {query.isError && !site && <ErrorState error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Loading />}
      {site && !mayAt(rights, 'admin', id) && <NoRights />}
      {site && mayAt(rights, 'admin', id) && (
        <div className={css.narrow}>
          {site.provisioned && <Note>{t('sites.provisionedAbout')}</Note>}
          <SiteForm key={site.version} site={site} />
          {!site.provisioned && mayEverywhere(rights, 'admin') && (
            <Card title={t('site.delete')} about={t('site.deleteAbout')}>
              <DeleteSite site={site} />
            </Card>
          )}
        </div>
      )}
    </Page>
  )
}

function Header({ title }: { title: string }) {
  const { t } = useTranslation('system')
  return <PageHeader title={title} back={{ to: '/sites', title: t('sites.title') }} />
}
