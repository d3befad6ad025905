import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation, useSearch } from 'wouter'

import { Button } from '@/parts/Button'
import { formatTime, formatZone } from '@/parts/format'
import { Page, PageHeader } from '@/parts/Page'
import { Select } from '@/parts/Select'
import { EmptyState, ErrorState, Loading } from '@/parts/State'
import { FilterBar } from '@/pages/history/bar/FilterBar'
import { RangeWords } from '@/pages/history/bar/PeriodPicker'
import { useNow } from '@/pages/history/data/useNow'
import { usePlace } from '@/pages/history/data/usePlace'
import { rangeOf, spanOf, type Preset } from '@/pages/history/period'
import { addressOf, viewOf, type View } from '@/pages/history/view'

import { Sheet } from './Sheet'
import css from './report.module.css'

/** What people ask for on paper: the last one of each that is over. */
const LENGTHS = { day: 'yesterday', week: 'last_week', month: 'last_month' } as const satisfies Record<
  string,
  Preset
>
type Length = keyof typeof LENGTHS | 'other'

/** A day, a week or a month on paper. */
export default function ReportPage() {
  const { t, i18n } = useTranslation('history')
  const search = useSearch()
  const [, navigate] = useLocation()
  const asked = useMemo(() => reportView(new URLSearchParams(search)), [search])
  const { place, failed } = usePlace(asked.site)
  const now = useNow()
  if (failed) return <ErrorState error={failed.error} retry={() => void failed.refetch()} />
  if (!place) return <Loading lines={10} />
  const view = { ...asked, site: place.site?.id }
  const change = (part: Partial<View>) => navigate(addressOf({ ...view, ...part }, '/report'))
  const length = lengthOf(view)
  const title = view.site === undefined ? t('report.everything') : place.siteName(view.site)
  return (
    <Page>
      <div className={css.screenOnly}>
        <PageHeader
          title={t('report.title')}
          actions={
            <Button look="primary" icon="report" onPress={() => window.print()}>
              {t('report.print')}
            </Button>
          }
        />
      </div>
      <div className={css.controls}>
        <Select
          label={t('report.length')}
          hideLabel
          value={length}
          onChange={(chosen) => chosen !== 'other' && change({ period: LENGTHS[chosen] })}
          options={(
            ['day', 'week', 'month', ...(length === 'other' ? ['other' as const] : [])] as Length[]
          ).map((value) => ({ value, label: t(`report.${value}`) }))}
        />
        <FilterBar view={view} place={place} now={now} onChange={change} filters={['site', 'camera']} />
      </div>
      {place.cameras.length === 0 ? (
        <EmptyState icon="report" title={t('empty.noCamera')}>
          {t('empty.noCameraAbout')}
        </EmptyState>
      ) : (
        <article className={css.paper} aria-label={title}>
          <header className={css.head}>
            <div>
              <h2>{title}</h2>
              <p className={css.period}>
                <RangeWords range={rangeOf(view.period, place.zone, now)} />
              </p>
            </div>
            <p className={css.made}>
              {formatZone(place.zone, i18n.language, now)}
              <br />
              {t('report.made', { time: formatTime(now, 'long', i18n.language, place.zone) })}
            </p>
          </header>
          <Sheet view={view} place={place} span={spanOf(view.period, place.zone, now)} now={now} />
        </article>
      )}
    </Page>
  )
}

/** A report is about what is over, and says how that compares with before, unless the address says otherwise. */
function reportView(params: URLSearchParams): View {
  const view = viewOf(params)
  const hasPeriod = params.has('period') || params.has('from')
  return {
    ...view,
    period: hasPeriod ? view.period : 'yesterday',
    compare: view.compare ?? 'previous',
    group: undefined,
    bucket: 'auto',
  }
}

function lengthOf({ period }: View): Length {
  const known = (Object.keys(LENGTHS) as (keyof typeof LENGTHS)[]).find((key) => LENGTHS[key] === period)
  return known ?? 'other'
}
