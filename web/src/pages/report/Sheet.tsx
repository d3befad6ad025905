import { useTranslation } from 'react-i18next'

import { ErrorState, Loading, Note } from '@/parts/State'
import { bucketFor } from '@/pages/history/buckets'
import { Totals } from '@/pages/history/counts/Totals'
import { useCounts } from '@/pages/history/data/useCounts'
import type { PaneProps } from '@/pages/history/data/pane'
import { useWords } from '@/pages/history/data/useWords'
import { pattern } from '@/pages/history/pattern'
import { WeekTable } from '@/pages/history/week/WeekPane'

import { Accuracy } from './Accuracy'
import { Bars } from './Bars'
import { GapList } from './GapList'
import { Lines } from './Lines'
import { Section } from './Section'
import { Stays } from './Stays'
import css from './report.module.css'

const WEEK_MS = 7 * 86_400_000

export type SheetProps = Omit<PaneProps, 'onChange'>

/** What stands on the paper. */
export function Sheet(props: SheetProps) {
  const { view, place, span } = props
  const { t, i18n } = useTranslation('history')
  const words = useWords(place, view)
  const bucket = bucketFor(span, 'auto')
  const counts = useCounts({ span, bucket, view, compare: view.compare })
  if (counts.isError) return <ErrorState error={counts.error} retry={() => void counts.refetch()} />
  if (!counts.data) return <Loading lines={12} />
  const [all] = counts.data.groups
  if (!all) return <Note>{t('empty.nothing')}</Note>
  const look = {
    cameras: all.cameras,
    now: new Date(counts.dataUpdatedAt),
    keptSince: counts.data.kept_since,
  }
  const isNever = all.buckets.every((one) => one.observed_s === 0 && one.count === 0)
  return (
    <>
      {isNever && <Note look="warn">{t('watched.never')}</Note>}
      <Totals all={all} look={look} bucket={bucket} view={view} place={place} span={span} />
      <Section title={t('report.byStep', { kind: t(`kind.${view.kind}`), step: t(`report.step.${bucket}`) })}>
        <Bars
          buckets={all.buckets}
          bucket={bucket}
          look={look}
          zone={place.zone}
          language={i18n.language}
          words={words}
          compared={view.compare && t(`compare.${view.compare}`)}
        />
      </Section>
      <Lines {...props} />
      {span.until.getTime() - span.from.getTime() >= WEEK_MS - 3_600_000 && <Hours {...props} />}
      <Stays {...props} />
      <Accuracy {...props} />
      <GapList {...props} />
      <p className={css.footnote}>{t('report.footnote', { zone: place.zone })}</p>
    </>
  )
}

function Hours({ view, place, span }: SheetProps) {
  const { t } = useTranslation('history')
  const words = useWords(place, view)
  const { data, dataUpdatedAt } = useCounts({ span, bucket: '1h', view })
  const [all] = data?.groups ?? []
  if (!data || !all) return null
  const look = { cameras: all.cameras, now: new Date(dataUpdatedAt), keptSince: data.kept_since }
  return (
    <Section title={t('report.hours')} about={t('week.about')}>
      <WeekTable cells={pattern(all.buckets, look, data.time_zone)} words={words} />
    </Section>
  )
}
