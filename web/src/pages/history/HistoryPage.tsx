import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'

import { Button, LinkButton } from '@/parts/Button'
import { Menu } from '@/parts/Menu'
import { Page, PageHeader } from '@/parts/Page'
import { EmptyState, ErrorState, Loading } from '@/parts/State'
import { Tabs } from '@/parts/Tabs'
import { Zone } from '@/parts/Time'
import { toast } from '@/parts/toasts'

import { FilterBar } from './bar/FilterBar'
import { CountsPane } from './counts/CountsPane'
import type { PaneProps } from './data/pane'
import { useNow } from './data/useNow'
import { usePlace } from './data/usePlace'
import { useView } from './data/useView'
import { EventsPane } from './events/EventsPane'
import { ExportDialog } from './export/ExportDialog'
import { InsidePane } from './inside/InsidePane'
import { rangeOf, spanOf } from './period'
import { PlacesPane } from './places/PlacesPane'
import { SavedViews } from './saved/SavedViews'
import { addressOf, PANES, type Pane } from './view'
import { WeekPane } from './week/WeekPane'
import { ZonesPane } from './zones/ZonesPane'

import css from './history.module.css'

const PARTS: Record<Pane, (props: PaneProps) => React.ReactNode> = {
  counts: CountsPane,
  week: WeekPane,
  places: PlacesPane,
  inside: InsidePane,
  zones: ZonesPane,
  events: EventsPane,
}

/** Which filters make a difference to which part. */
const FILTERS = {
  counts: undefined,
  week: undefined,
  places: ['site'],
  inside: ['site'],
  zones: ['site', 'class'],
  events: undefined,
} as const

/** What was counted, of any time. */
export default function HistoryPage() {
  const { t } = useTranslation('history')
  const { view: asked, change } = useView()
  const { place, failed } = usePlace(asked.site)
  const now = useNow()
  if (failed) return <ErrorState error={failed.error} retry={() => void failed.refetch()} />
  if (!place) {
    return (
      <Page wide>
        <PageHeader title={t('title')} />
        <Loading lines={10} />
      </Page>
    )
  }
  if (place.sites.length === 0 || (place.cameras.length === 0 && !place.site)) {
    return (
      <Page wide>
        <PageHeader title={t('title')} />
        <EmptyState
          icon="history"
          title={t('empty.noCamera')}
          action={
            <LinkButton to="/cameras" look="primary">
              {t('empty.toCameras')}
            </LinkButton>
          }
        >
          {t('empty.noCameraAbout')}
        </EmptyState>
      </Page>
    )
  }
  const view = { ...asked, site: place.site?.id }
  const span = spanOf(view.period, place.zone, now)
  const filters = FILTERS[view.pane]
  const props: PaneProps = { view, place, span, now, onChange: change }
  return (
    <Page wide>
      <PageHeader
        title={t('title')}
        about={<Zone zone={place.zone} />}
        actions={<PageActions {...props} />}
      />
      <FilterBar view={view} place={place} now={now} onChange={change} {...(filters ? { filters } : {})} />
      <Tabs
        label={t('title')}
        selected={view.pane}
        onSelect={(pane) => change({ pane })}
        tabs={PANES.map((pane) => {
          const Part = PARTS[pane]
          return {
            key: pane,
            title: t(`pane.${pane}`),
            content: (
              <div className={css.part}>
                <Part {...props} />
              </div>
            ),
          }
        })}
      />
    </Page>
  )
}

/** What can be done with what is shown: keep it, pass it on, take it away, print it. */
function PageActions({ view, place, span, now, onChange }: PaneProps) {
  const { t } = useTranslation('history')
  const [, navigate] = useLocation()
  const [exporting, setExporting] = useState(false)
  const copy = async (address: string) => {
    try {
      // There is no clipboard on a connection that is not secure.
      await navigator.clipboard.writeText(new URL(address, location.href).href)
      toast(t('link.copied'))
    } catch {
      toast(t('link.failed'), { look: 'failed' })
    }
  }
  const fixed = { ...view, period: rangeOf(view.period, place.zone, now) }
  return (
    <>
      <SavedViews view={view} onOpen={onChange} />
      <Menu
        label={t('link.label')}
        items={[
          ...(typeof view.period === 'string'
            ? [{ key: 'moving', title: t('link.moving'), onAction: () => void copy(addressOf(view)) }]
            : []),
          { key: 'fixed', title: t('link.fixed'), onAction: () => void copy(addressOf(fixed)) },
        ]}
      >
        <Button icon="copy">{t('link.label')}</Button>
      </Menu>
      <Button icon="download" onPress={() => setExporting(true)}>
        {t('export.label')}
      </Button>
      <Button icon="report" onPress={() => navigate(addressOf({ ...view, pane: 'counts' }, '/report'))}>
        {t('report.label')}
      </Button>
      {exporting && <ExportDialog view={view} span={span} onClose={() => setExporting(false)} />}
    </>
  )
}
