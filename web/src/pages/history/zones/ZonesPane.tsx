import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { read, type Schema } from '@/api'
import { LinkButton } from '@/parts/Button'
import { Card, Fact, Facts } from '@/parts/Page'
import { Select } from '@/parts/Select'
import { EmptyState, ErrorState, Loading } from '@/parts/State'

import { bucketFor } from '../buckets'
import { Chart, type ChartSeries } from '../chart/Chart'
import { borders } from '../data/useCounts'
import type { PaneProps } from '../data/pane'
import { useWords, type Words } from '../data/useWords'
import { watched, watchedShare } from '../watched'
import css from './zones.module.css'

/** Dwell is kept by quarters of an hour. */
const BUCKETS = ['15m', '1h', '1d', '1w'] as const
type DwellBucket = (typeof BUCKETS)[number]

interface Chosen {
  camera: string
  rule: string
}

/** How long people stay in a zone, and how long the queue in it is. */
export function ZonesPane({ view, place, span, now, onChange }: PaneProps) {
  const { t } = useTranslation('history')
  const words = useWords(place, view)
  const zones = place.cameras.flatMap((camera) =>
    camera.zones.map((zone) => ({ camera: camera.id, rule: zone.name })),
  )
  const wanted = zones.find(
    ({ camera, rule }) =>
      (view.cameras.length === 0 || view.cameras.includes(camera)) &&
      (view.rules.length === 0 || view.rules.includes(rule)),
  )
  const chosen = wanted ?? zones[0]
  if (!chosen) {
    return (
      <EmptyState
        icon="zone"
        title={t('zones.none')}
        action={<LinkButton to="/cameras">{t('empty.toCameras')}</LinkButton>}
      >
        {t('zones.noneAbout')}
      </EmptyState>
    )
  }
  const key = (zone: Chosen) => `${zone.camera}/${zone.rule}`
  const shared = { zone: chosen, view, place, span, now, words }
  return (
    <>
      <div className={css.choice}>
        <Select
          label={t('zones.zone')}
          value={key(chosen)}
          onChange={(value) => {
            const zone = zones.find((one) => key(one) === value)
            if (zone) onChange({ cameras: [zone.camera], rules: [zone.rule] })
          }}
          options={zones.map((zone) => ({
            value: key(zone),
            label: zone.rule,
            about: place.cameraName(zone.camera),
          }))}
        />
      </div>
      <Dwell {...shared} />
      <Queue {...shared} />
    </>
  )
}

interface ZoneProps extends Omit<PaneProps, 'onChange'> {
  zone: Chosen
  words: Words
}

function Dwell({ zone, view, span, words }: ZoneProps) {
  const { t } = useTranslation('history')
  const bucket = bucketFor(span, view.bucket, BUCKETS) as DwellBucket
  const query = {
    ...borders(span),
    camera: zone.camera,
    rule: zone.rule,
    bucket,
    ...(view.classes.length > 0 ? { class: view.classes.join(',') } : {}),
  }
  const dwell = useQuery(read('/api/v1/dwell', { params: { query } }))
  const found = dwell.data?.zones[0]
  const series = useMemo((): ChartSeries[] => {
    const values = (of: (one: Schema<'DwellInBucket'>) => number | null) => (found?.buckets ?? []).map(of)
    return [
      {
        id: 'median',
        look: 'line',
        colour: 1,
        label: t('zones.median'),
        values: values((one) => one.median_s),
      },
      { id: 'p95', look: 'line', colour: 2, label: t('zones.p95'), values: values((one) => one.p95_s) },
    ]
  }, [found, t])
  const unwatched = useMemo(() => (found?.buckets ?? []).map(() => 0), [found])
  if (dwell.isError) return <ErrorState error={dwell.error} retry={() => void dwell.refetch()} />
  if (!dwell.data) return <Loading />
  return (
    <Card title={t('zones.dwell')} about={t('zones.dwellAbout')}>
      {found && found.total.count > 0 ? (
        <>
          <Facts>
            <Fact name={t('zones.stays')}>{words.number(found.total.count)}</Fact>
            <Fact name={t('zones.median')}>{lengthOf(found.total.median_s, words)}</Fact>
            <Fact name={t('zones.mean')}>{lengthOf(found.total.mean_s, words)}</Fact>
            <Fact name={t('zones.p95')}>{lengthOf(found.total.p95_s, words)}</Fact>
          </Facts>
          <Chart
            label={t('zones.dwell')}
            spans={found.buckets}
            bucket={bucket}
            zone={dwell.data.time_zone}
            series={series}
            unwatched={unwatched}
            remark={(index) => t('zones.of', { count: found.buckets[index]?.count ?? 0 })}
            format={words.length}
            unit="seconds"
            low
          />
        </>
      ) : (
        <p>{t('zones.noStays')}</p>
      )}
    </Card>
  )
}

const lengthOf = (seconds: number | null, words: Words) => (seconds === null ? '–' : words.length(seconds))

function Queue({ zone, view, span, words }: ZoneProps) {
  const { t } = useTranslation('history')
  const bucket = bucketFor(span, view.bucket)
  const query = { ...borders(span), camera: zone.camera, rule: zone.rule, bucket }
  const queue = useQuery(read('/api/v1/queues', { params: { query } }))
  const buckets = queue.data?.buckets
  const readAt = queue.dataUpdatedAt
  const look = useMemo(() => ({ cameras: 1, now: new Date(readAt) }), [readAt])
  const series = useMemo((): ChartSeries[] => {
    const known = (buckets ?? []).map((one) => ['full', 'part'].includes(watched(one, look)))
    const values = (of: (one: Schema<'QueueInBucket'>) => number | null) =>
      (buckets ?? []).map((one, index) => (known[index] ? of(one) : null))
    return [
      { id: 'mean', look: 'bar', colour: 1, label: t('zones.queueMean'), values: values((one) => one.mean) },
      {
        id: 'max',
        look: 'marker',
        colour: 'text',
        label: t('zones.queueMax'),
        values: values((one) => one.max),
      },
    ]
  }, [buckets, look, t])
  const unwatched = useMemo(
    () =>
      (buckets ?? []).map((one) => (watched(one, look) === 'full' ? 0 : 1 - (watchedShare(one, look) ?? 1))),
    [buckets, look],
  )
  if (queue.isError) return <ErrorState error={queue.error} retry={() => void queue.refetch()} />
  if (!queue.data || !buckets) return <Loading />
  return (
    <Card title={t('zones.queue')} about={t('zones.queueAbout')}>
      <Chart
        label={t('zones.queue')}
        spans={buckets}
        bucket={queue.data.bucket}
        zone={queue.data.time_zone}
        series={series}
        unwatched={unwatched}
        remark={(index) => {
          const one = buckets[index]
          return one && words.remark(one, look)
        }}
        format={words.decimal}
        low
      />
    </Card>
  )
}
