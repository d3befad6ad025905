import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import type { Schema } from '@/api'
import { Select } from '@/parts/Select'
import { Card } from '@/parts/Page'
import { EmptyState, ErrorState, Loading, Note } from '@/parts/State'

import { bucketFor, bucketsFor, type Bucket } from '../buckets'
import { Chart, type ChartSeries } from '../chart/Chart'
import { SERIES } from '../chart/colours'
import { useCounts } from '../data/useCounts'
import type { PaneProps } from '../data/pane'
import { useWords, type Words } from '../data/useWords'
import { layers, stacked } from '../layers'
import { COMPARISONS, GROUPS, KINDS, type View } from '../view'
import { earlierCounts } from '../totals'
import { shownCount, watched, watchedShare, type Look } from '../watched'
import { Gaps } from './Gaps'
import css from './counts.module.css'
import { Totals } from './Totals'

type Answer = Schema<'CountsAnswer'>
type Group = Schema<'CountsGroup'>
const NONE = ''

/** How many, bucket by bucket. */
export function CountsPane({ view, place, span, now, onChange }: PaneProps) {
  const { t } = useTranslation('history')
  const words = useWords(place, view)
  const bucket = bucketFor(span, view.bucket)
  const whole = useCounts({ span, bucket, view, compare: view.compare })
  const grouped = useCounts({
    span,
    bucket,
    view,
    ...(view.group ? { group: view.group } : {}),
    enabled: view.group !== undefined,
  })
  if (whole.isError) return <ErrorState error={whole.error} retry={() => void whole.refetch()} />
  if (!whole.data) return <Loading lines={8} />
  const [all] = whole.data.groups
  if (!all) {
    return (
      <EmptyState icon="history" title={t('empty.nothing')}>
        {t('empty.nothingAbout')}
      </EmptyState>
    )
  }
  const look = { cameras: all.cameras, now: new Date(whole.dataUpdatedAt), keptSince: whole.data.kept_since }
  const isNever = all.buckets.every((one) => one.observed_s === 0 && one.count === 0)
  return (
    <>
      <Totals all={all} look={look} bucket={whole.data.bucket} view={view} place={place} span={span} />
      <Card
        title={t(`kind.${view.kind}`)}
        actions={<Choices view={view} span={span} bucket={bucket} onChange={onChange} />}
      >
        {isNever && <Note look="warn">{t('watched.never')}</Note>}
        <CountsChart
          answer={whole.data}
          all={all}
          grouped={view.group ? grouped.data : undefined}
          look={look}
          words={words}
          view={view}
        />
      </Card>
      <Gaps view={view} place={place} span={span} now={now} />
    </>
  )
}

interface ChartProps {
  answer: Answer
  all: Group
  grouped: Answer | undefined
  look: Look
  words: Words
  view: View
}

function CountsChart({ answer, all, grouped, look, words, view }: ChartProps) {
  const { t } = useTranslation('history')
  const { buckets } = all
  const fits = grouped?.groups.every((group) => group.buckets.length === buckets.length)
  const parts = fits ? grouped : undefined
  const earlier = view.compare
  const minute = look.now.getTime()
  const series = useMemo(
    () => seriesOf({ buckets, parts, earlier, look, words, t: (key) => t(key) }),
    // The words change with the language only, and the look with the minute.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [buckets, parts, earlier, minute, look.cameras, t],
  )
  const unwatched = useMemo(
    () => buckets.map((one) => (watched(one, look) === 'full' ? 0 : 1 - (watchedShare(one, look) ?? 1))),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [buckets, minute, look.cameras],
  )
  return (
    <Chart
      label={t(`kind.${view.kind}`)}
      spans={buckets}
      bucket={answer.bucket}
      zone={answer.time_zone}
      series={series}
      unwatched={unwatched}
      remark={(index) => {
        const one = buckets[index]
        return one && words.remark(one, look)
      }}
      format={words.number}
    />
  )
}

interface SeriesInput {
  buckets: Group['buckets']
  parts: Answer | undefined
  earlier: View['compare']
  look: Look
  words: Words
  t: (key: 'chart.count' | `compare.${'previous' | 'week' | 'year'}`) => string
}

/** The bars of the period, whole or in parts, and a marker where each bucket was at the earlier time. */
function seriesOf({ buckets, parts, earlier, look, words, t }: SeriesInput): ChartSeries[] {
  const made: ChartSeries[] = []
  if (parts) {
    const all = layers(parts.groups)
    const ends = stacked(all)
    // What nobody watched is no zero in any part.
    const known = buckets.map((one) => shownCount(one, look) !== null)
    all.forEach((layer, index) => {
      const shown = (numbers: readonly number[]) => numbers.map((value, at) => (known[at] ? value : null))
      made.unshift({
        id: layer.id,
        look: 'bar',
        colour: SERIES[index % SERIES.length] ?? 1,
        label: words.group(layer.of),
        values: shown(ends[index] ?? []),
        numbers: shown(layer.counts),
        total: words.number(layer.total),
      })
    })
  } else {
    const values = buckets.map((one) => shownCount(one, look))
    made.push({ id: 'count', look: 'bar', colour: 1, label: t('chart.count'), values })
  }
  if (earlier) {
    const values = earlierCounts(buckets, look)
    made.push({ id: 'earlier', look: 'marker', colour: 'text', label: t(`compare.${earlier}`), values })
  }
  return made
}

interface ChoicesProps extends Pick<PaneProps, 'view' | 'span' | 'onChange'> {
  bucket: Bucket
}

/** What is counted, by what it is split, how long buckets are, and what it is compared with. */
function Choices({ view, span, bucket, onChange }: ChoicesProps) {
  const { t } = useTranslation('history')
  return (
    <div className={css.choices}>
      <Select
        label={t('kind.label')}
        hideLabel
        value={view.kind}
        onChange={(kind) => onChange({ kind })}
        options={KINDS.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
      />
      <Select
        label={t('group.label')}
        hideLabel
        value={view.group ?? NONE}
        onChange={(group) => onChange({ group: group || undefined })}
        options={[
          { value: NONE, label: t('group.none') },
          ...GROUPS.map((group) => ({ value: group, label: t(`group.${group}`) })),
        ]}
      />
      <Select
        label={t('bucket.label')}
        hideLabel
        value={bucket}
        onChange={(chosen) => onChange({ bucket: chosen })}
        options={bucketsFor(span).map((one) => ({ value: one, label: t(`bucket.${one}`) }))}
      />
      <Select
        label={t('compare.label')}
        hideLabel
        value={view.compare ?? NONE}
        onChange={(compare) => onChange({ compare: compare || undefined })}
        options={[
          { value: NONE, label: t('compare.none') },
          ...COMPARISONS.map((one) => ({ value: one, label: t(`compare.with_${one}`) })),
        ]}
      />
    </div>
  )
}
