import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import type { Schema } from '@/api'
import { classes } from '@/parts/classes'

import type { Bucket } from '../buckets'
import { bucketWords } from '../chart/words'
import type { Place } from '../data/usePlace'
import { useCounts } from '../data/useCounts'
import { useWords } from '../data/useWords'
import type { Span } from '../period'
import { change, totals } from '../totals'
import { DIRECTIONS, type View } from '../view'
import type { Look } from '../watched'
import css from './counts.module.css'

interface TotalsProps {
  all: Schema<'CountsGroup'>
  look: Look
  bucket: Bucket
  view: View
  place: Place
  span: Span
}

/** Everything of the period in a few numbers, and how much of it was watched. */
export function Totals({ all, look, bucket, view, place, span }: TotalsProps) {
  const { t, i18n } = useTranslation('history')
  const words = useWords(place, view)
  const { count, watched, busiest } = totals(all.buckets, look)
  const missing = watched.expected - watched.observed
  const { share } = watched
  return (
    <dl className={css.totals}>
      <Total name={t(`kind.${view.kind}`)} value={words.number(count)} large>
        {view.compare ? (
          <Compared all={all} look={look} view={view} words={words} />
        ) : share !== undefined && share < 0.99 ? (
          t('totals.atLeast')
        ) : undefined}
      </Total>
      <Directions view={view} bucket={bucket} span={span} place={place} />
      <Total name={t('totals.busiest')} value={busiest ? words.number(busiest.count) : '–'}>
        {busiest ? bucketWords(busiest, bucket, i18n.language, place.zone) : t('totals.nobody')}
      </Total>
      <Total
        name={t('totals.watched')}
        value={share === undefined ? '–' : words.percent(Math.floor(share * 1000) / 1000, 1)}
        mood={share !== undefined && share < 0.99 ? 'warn' : undefined}
      >
        {share === undefined
          ? t('watched.later')
          : missing < watched.expected * 0.01
            ? t('totals.complete')
            : t(look.cameras > 1 ? 'totals.missingCameras' : 'totals.missing', {
                time: words.length(missing),
              })}
      </Total>
    </dl>
  )
}

interface TotalProps {
  name: string
  value: string
  large?: boolean
  mood?: 'warn' | undefined
  children?: ReactNode
}

function Total({ name, value, large, mood, children }: TotalProps) {
  return (
    <div className={classes(css.total, large && css.large, mood && css.warn)}>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        <span>{children}</span>
      </dd>
    </div>
  )
}

interface ComparedProps extends Pick<TotalsProps, 'all' | 'look' | 'view'> {
  words: ReturnType<typeof useWords>
}

/** How much more or less than at the earlier time, over what was watched both times. */
function Compared({ all, look, view, words }: ComparedProps) {
  const { t } = useTranslation('history')
  const { share, compared, of } = change(all.buckets, look)
  if (!view.compare) return null
  const than = t(`compare.${view.compare}`)
  if (share === undefined)
    return <>{t(compared === 0 ? 'compare.impossible' : 'compare.fromNothing', { than })}</>
  const key = share > 0.0005 ? 'compare.more' : share < -0.0005 ? 'compare.less' : 'compare.same'
  return (
    <>
      {t(key, { share: words.percent(Math.abs(share), 1), than })}
      {compared < of && <> {t('compare.over', { compared, of })}</>}
    </>
  )
}

/** In and out, where both are counted. */
function Directions({ view, bucket, span, place }: Omit<TotalsProps, 'all' | 'look'>) {
  const hasDirections = view.kind === 'crossing' || view.kind === 'passed_by'
  const words = useWords(place, view)
  const enabled = hasDirections && view.direction === undefined
  const { data } = useCounts({ span, bucket, view, group: 'direction', enabled })
  if (!enabled || !data) return null
  return DIRECTIONS.map((direction) => {
    const group = data.groups.find((one) => one.direction === direction)
    const count = group?.buckets.reduce((sum, one) => sum + one.count, 0) ?? 0
    return <Total key={direction} name={words.direction(direction)} value={words.number(count)} />
  })
}
