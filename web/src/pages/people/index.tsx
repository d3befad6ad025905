import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'wouter'

import { read } from '@/api'
import { useAuth } from '@/app/auth'
import { mayEverywhere } from '@/app/rights'
import { Page, PageHeader } from '@/parts/Page'
import { EmptyState, Loading } from '@/parts/State'
import { Tabs } from '@/parts/Tabs'

import { CodesPanel } from './codes/CodesPanel'
import { TokensPanel } from './tokens/TokensPanel'
import { UsersPanel } from './users/UsersPanel'

const TABS = ['users', 'codes', 'tokens'] as const

/** Who may come in: people, people with a code, and programs. */
export default function People() {
  const { t } = useTranslation('people')
  const server = useQuery(read('/api/v1/auth'))
  return (
    <Page>
      <PageHeader title={t('title')} />
      {server.isPending && <Loading />}
      {server.data?.open && (
        <EmptyState icon="people" title={t('noSignIn')}>
          {t('noSignInAbout')}
        </EmptyState>
      )}
      {server.data && !server.data.open && <Panels />}
    </Page>
  )
}

function Panels() {
  const { t } = useTranslation('people')
  const { rights } = useAuth()
  const [search, setSearch] = useSearchParams()
  // Users and tokens of everybody are those of the whole installation; codes may be of one site.
  const shown = mayEverywhere(rights, 'admin') ? TABS : TABS.filter((tab) => tab === 'codes')
  const tab = shown.find((one) => one === search.get('tab')) ?? shown[0]
  const contents = {
    users: <UsersPanel />,
    codes: <CodesPanel />,
    tokens: <TokensPanel everybody />,
  }
  return (
    <Tabs
      label={t('title')}
      selected={tab}
      onSelect={(key) => setSearch(key === 'users' ? {} : { tab: key })}
      tabs={shown.map((key) => ({ key, title: t(`tabs.${key}`), content: contents[key] }))}
    />
  )
}
