import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'wouter'

import { Page, PageHeader } from '@/parts/Page'
import { Tabs } from '@/parts/Tabs'

import { AboutPanel } from './about/AboutPanel'
import { DeletedPanel } from './deleted/DeletedPanel'
import { HealthPanel } from './health/HealthPanel'
import { TransferPanel } from './transfer/TransferPanel'
import { WorkersPanel } from './workers/WorkersPanel'

const TABS = ['health', 'workers', 'transfer', 'deleted', 'about'] as const

/** The installation itself. */
export default function System() {
  const { t } = useTranslation('system')
  const [search, setSearch] = useSearchParams()
  const tab = TABS.find((one) => one === search.get('tab')) ?? 'health'
  const contents = {
    health: <HealthPanel />,
    workers: <WorkersPanel />,
    transfer: <TransferPanel />,
    deleted: <DeletedPanel />,
    about: <AboutPanel />,
  }
  return (
    <Page>
      <PageHeader title={t('system.title')} />
      <Tabs
        label={t('system.title')}
        selected={tab}
        onSelect={(key) => setSearch(key === 'health' ? {} : { tab: key })}
        tabs={TABS.map((key) => ({ key, title: t(`system.tabs.${key}`), content: contents[key] }))}
      />
    </Page>
  )
}
