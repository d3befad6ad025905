import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { list, read } from '@/api'
import { LinkButton } from '@/parts/Button'
import { Card } from '@/parts/Page'
import { Select } from '@/parts/Select'
import { EmptyState, ErrorState, Loading, Note } from '@/parts/State'

import { bucketsFor, type Bucket } from '../buckets'
import { Chart, type ChartSeries } from '../chart/Chart'
import { borders, useCounts } from '../data/useCounts'
import type { PaneProps } from '../data/pane'
import type { Site } from '../data/usePlace'
import { useWords } from '../data/useWords'
import { flows, insideOver, lastReset, type Correction, type Entrance } from '../inside'
import type { Span } from '../period'
import { DEFAULT_VIEW } from '../view'
import { Corrections } from './Corrections'

const BUCKETS: readonly Bucket[] = ['1m', '5m', '15m', '1h']
/** Where the site does not say when it is empty. */
const RESET_HOUR = 4
/** A longer time has more buckets than a chart can show. */
const LONGEST_DAYS = 62

/** How many were inside over time. */
export function InsidePane({ view, place, span, now, onChange }: PaneProps) {
  const { t } = useTranslation('history')
  const sites = place.sites.filter(({ entrances = [] }) => entrances.length > 0)
  const site = sites.find(({ id }) => id === place.site?.id) ?? (place.site ? undefined : sites[0])
  if (!site) {
    const to = place.site ? `/sites/${encodeURIComponent(place.site.id)}` : '/sites'
    return (
      <EmptyState
        icon="people"
        title={t('inside.noEntrances')}
        action={<LinkButton to={to}>{t('inside.toSites')}</LinkButton>}
      >
        {t('inside.noEntrancesAbout')}
      </EmptyState>
    )
  }
  if (span.until.getTime() - span.from.getTime() > LONGEST_DAYS * 86_400_000) {
    return (
      <EmptyState icon="clock" title={t('inside.tooLong')}>
        {t('inside.tooLongAbout')}
      </EmptyState>
    )
  }
  return (
    <Card
      title={t('inside.title', { site: site.name })}
      about={t('inside.about', { hour: `${String(site.reset_hour ?? RESET_HOUR).padStart(2, '0')}:00` })}
      actions={
        sites.length > 1 && (
          <Select
            label={t('filter.site')}
            hideLabel
            value={site.id}
            onChange={(id) => onChange({ site: id, cameras: [], rules: [] })}
            options={sites.map(({ id, name }) => ({ value: id, label: name }))}
          />
        )
      }
    >
      <Over site={site} view={view} place={place} span={span} now={now} onChange={onChange} />
    </Card>
  )
}

function Over({ site, place, view, span, now }: PaneProps & { site: Site }) {
  const { t } = useTranslation('history')
  const words = useWords(place, view)
  const bucket = bucketsFor(span, BUCKETS)[0] ?? '1h'
  const { reset_hour: resetHour = RESET_HOUR } = site
  // It is known from a reset on, so that the question begins at the one before.
  const first = span.from.getTime()
  const start = lastReset(span.from, resetHour, site.time_zone)
  const asked: Span = { from: start, until: span.until }
  const entrances = site.entrances as Entrance[]
  const question = {
    ...DEFAULT_VIEW,
    site: site.id,
    cameras: [...new Set(entrances.map(({ camera }) => camera))],
    rules: [...new Set(entrances.map(({ line }) => line))],
  }
  const counts = useCounts({ span: asked, bucket, view: question, group: 'camera,rule,direction' })
  const corrections = useCorrections(site.id, asked)
  const current = useQuery({
    ...read('/api/v1/occupancy', { params: { query: { site: site.id } } }),
    refetchInterval: 15_000,
  })
  const readAt = counts.dataUpdatedAt
  const made = useMemo(() => {
    if (!counts.data || !corrections.data) return undefined
    const look = { cameras: 1, now: new Date(readAt), keptSince: counts.data.kept_since }
    const all = insideOver(
      flows(entrances, counts.data.groups, look),
      corrections.data,
      resetHour,
      site.time_zone,
    )
    return all.filter(({ until }) => Date.parse(until) > first)
  }, [counts.data, corrections.data, entrances, site, resetHour, first, readAt])
  const shown = useMemo(() => chartOf(made ?? [], readAt, t), [made, readAt, t])
  const failed = counts.isError ? counts : corrections.isError ? corrections : undefined
  if (failed) return <ErrorState error={failed.error} retry={() => void failed.refetch()} />
  if (!made) return <Loading lines={8} />
  if (made.length === 0) {
    return (
      <EmptyState icon="people" title={t('empty.nothing')}>
        {t('empty.nothingAbout')}
      </EmptyState>
    )
  }
  const isNow = span.until > now
  const known = current.data?.sites.find((one) => one.site === site.id)
  return (
    <>
      {isNow && known && <p>{t('inside.now', { count: known.occupancy })}</p>}
      {made.some(({ sure }) => !sure) && <Note look="warn">{t('inside.unsure')}</Note>}
      <Chart
        label={t('inside.title', { site: site.name })}
        spans={made}
        bucket={bucket}
        zone={site.time_zone}
        series={shown.series}
        unwatched={shown.unwatched}
        remark={(index) => {
          const one = made[index]
          if (!one) return undefined
          const flow = t('inside.flow', { entered: words.number(one.entered), left: words.number(one.left) })
          const state =
            one.watched === 'full'
              ? undefined
              : t(one.watched === 'part' ? 'watched.partly' : `watched.${one.watched}`)
          return [flow, state, one.sure ? undefined : t('inside.maybe')].filter(Boolean).join('; ')
        }}
        format={words.number}
      />
      <Corrections all={corrections.data ?? []} from={span.from} zone={site.time_zone} words={words} />
    </>
  )
}

type Made = ReturnType<typeof insideOver>

function chartOf(made: Made, now: number, t: (key: 'inside.count') => string) {
  const values = made.map(({ inside, from, watched: state }) =>
    Date.parse(from) > now || state === 'none' || state === 'deleted' ? null : inside,
  )
  const series: ChartSeries[] = [{ id: 'inside', look: 'step', colour: 1, label: t('inside.count'), values }]
  const unwatched = made.map(({ watched: state }) => (state === 'none' ? 1 : state === 'part' ? 0.5 : 0))
  return { series, unwatched }
}

/** What operators set right at a site, all of the stretch. */
function useCorrections(site: string, span: Span) {
  const query = { ...borders(span), kind: 'correction', camera: `site:${site}`, limit: 1000 }
  return useInfiniteQuery({
    ...list('/api/v1/events', { params: { query } }),
    select: ({ pages }) =>
      pages.flatMap((page) =>
        page.items.map(({ time, was, now }): Correction => ({ time, was: was ?? 0, now: now ?? 0 })),
      ),
  })
}
