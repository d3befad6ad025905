import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'wouter'

import { useAuth } from '@/app/auth'
import { maySomewhere } from '@/app/rights'
import { LinkButton } from '@/parts/Button'
import { Page, PageHeader } from '@/parts/Page'
import { useSites } from '@/parts/places'
import { Tabs } from '@/parts/Tabs'
import { Zone } from '@/parts/Time'

import { ChannelsPanel } from './channels/ChannelsPanel'
import { DeliveriesPanel } from './channels/DeliveriesPanel'
import { AlertsPanel } from './now/AlertsPanel'
import { RulesPanel } from './rules/RulesPanel'

const TABS = ['alerts', 'rules', 'channels', 'deliveries'] as const
type Tab = (typeof TABS)[number]

/** What was noticed, what is to be noticed, and who is told. */
export default function Alerts() {
  const { t } = useTranslation('alerts')
  const { rights } = useAuth()
  const { oneZone } = useSites()
  const [search, setSearch] = useSearchParams()
  const isOperator = maySomewhere(rights, 'operator')
  const shown = isOperator ? TABS : TABS.slice(0, 2)
  const tab = shown.find((one) => one === search.get('tab')) ?? 'alerts'
  const contents: Record<Tab, React.ReactNode> = {
    alerts: <AlertsPanel />,
    rules: <RulesPanel />,
    channels: <ChannelsPanel />,
    deliveries: <DeliveriesPanel />,
  }
  const actions = {
    alerts: undefined,
    rules: { to: '/alerts/rules/new', title: t('rules.make') },
    channels: { to: '/alerts/channels/new', title: t('channels.make') },
    deliveries: undefined,
  }
  const action = isOperator ? actions[tab] : undefined
  return (
    <Page>
      <PageHeader
        title={t('title')}
        about={oneZone && <Zone zone={oneZone} />}
        actions={
          action && (
            <LinkButton look="primary" icon="add" to={action.to}>
              {action.title}
            </LinkButton>
          )
        }
      />
      <Tabs
        label={t('title')}
        selected={tab}
        onSelect={(key) => setSearch(key === 'alerts' ? {} : { tab: key })}
        tabs={shown.map((key) => ({ key, title: t(`tabs.${key}`), content: contents[key] }))}
      />
    </Page>
  )
}
