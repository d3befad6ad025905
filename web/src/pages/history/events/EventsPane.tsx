import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { read, type Schema } from '@/api'
import { Button } from '@/parts/Button'
import { MultiSelect } from '@/parts/MultiSelect'
import { EmptyState, ErrorState, Loading } from '@/parts/State'
import { Table, type Column } from '@/parts/Table'
import { DateTime } from '@/parts/Time'

import { borders } from '../data/useCounts'
import type { PaneProps } from '../data/pane'
import { useWords, type Words } from '../data/useWords'
import { EVENT_KINDS, filterOf, type EventKind } from '../view'
import css from './events.module.css'

type Event = Schema<'Event'>
const PAGE = 100

/** Every single event, newest first, a page at a time; the address holds the page. */
export function EventsPane({ view, place, span, now, onChange }: PaneProps) {
  const { t } = useTranslation('history')
  // The pages before this one, as far as they were gone through.
  const [trail, setTrail] = useState<readonly (string | undefined)[]>([])
  const words = useWords(place, view)
  const query = {
    ...borders(span),
    ...filterOf(view),
    limit: PAGE,
    ...(view.kinds.length > 0 ? { kind: view.kinds.join(',') } : {}),
    ...(view.cursor ? { cursor: view.cursor } : {}),
  }
  const isNewest = view.cursor === undefined
  const events = useQuery({
    ...read('/api/v1/events', { params: { query } }),
    placeholderData: keepPreviousData,
    // Older pages stay as they are.
    refetchInterval: isNewest && span.until > now ? 10_000 : false,
  })
  const next = events.data?.next
  return (
    <section className={css.events} aria-label={t('events.title')}>
      <div className={css.bar}>
        <MultiSelect
          label={t('events.kind')}
          hideLabel
          value={view.kinds}
          onChange={(kinds) => onChange({ kinds })}
          options={EVENT_KINDS.map((kind) => ({ value: kind, label: t(`events.${kind}`) }))}
          all={t('events.all')}
          several={(count) => t('filter.several', { count })}
        />
      </div>
      {events.isError ? (
        <ErrorState error={events.error} retry={() => void events.refetch()} />
      ) : !events.data ? (
        <Loading lines={10} />
      ) : (
        <>
          <Table
            label={t('events.title')}
            columns={columnsOf(t, words, place)}
            rows={events.data.items}
            rowKey={({ id }) => id}
            empty={
              <EmptyState icon="search" title={t('events.none')}>
                {t('events.noneAbout')}
              </EmptyState>
            }
          />
          <nav className={css.pages} aria-label={t('events.pages')}>
            <Button
              isDisabled={isNewest}
              onPress={() => {
                setTrail([])
                onChange({ cursor: undefined })
              }}
            >
              {t('events.newest')}
            </Button>
            <Button
              icon="back"
              isDisabled={isNewest || trail.length === 0}
              onPress={() => {
                setTrail(trail.slice(0, -1))
                onChange({ cursor: trail.at(-1) })
              }}
              aria-label={t('events.newer')}
            />
            <span role="status">{isNewest ? t('events.pageNewest') : t('events.pageOlder')}</span>
            <Button
              icon="arrow"
              isDisabled={!next}
              onPress={() => {
                if (!next) return
                setTrail([...trail, view.cursor])
                onChange({ cursor: next })
              }}
              aria-label={t('events.older')}
            />
          </nav>
        </>
      )}
    </section>
  )
}

type T = ReturnType<typeof useTranslation<'history'>>['t']

function columnsOf(t: T, words: Words, place: PaneProps['place']): Column<Event>[] {
  return [
    {
      key: 'time',
      title: t('events.time'),
      cell: ({ time }) => (
        <span className={css.time}>
          <DateTime time={time} zone={place.zone} style="date" />
          <DateTime time={time} zone={place.zone} style="seconds" />
        </span>
      ),
    },
    {
      key: 'kind',
      title: t('events.kind'),
      cell: (event) => <What event={event} words={words} />,
    },
    { key: 'camera', title: t('filter.camera'), cell: ({ camera }) => cameraOf(camera, place) },
    { key: 'rule', title: t('filter.rule'), cell: ({ kind, rule }) => (kind === 'correction' ? '' : rule) },
    {
      key: 'class',
      title: t('filter.class'),
      cell: (event) => (event.class ? words.kind(event.class) : ''),
      wide: true,
    },
    {
      key: 'confidence',
      title: t('events.confidence'),
      numeric: true,
      cell: ({ confidence }) => (confidence === undefined ? '' : words.percent(confidence)),
      wide: true,
    },
    {
      key: 'more',
      title: t('events.more'),
      cell: (event) => <More event={event} words={words} />,
      wide: true,
    },
  ]
}

/** Corrections of a site's occupancy stand under a camera of their own. */
function cameraOf(camera: string, place: PaneProps['place']): string {
  return camera.startsWith('site:') ? place.siteName(camera.slice(5)) : place.cameraName(camera)
}

const isKind = (text: string): text is EventKind => (EVENT_KINDS as readonly string[]).includes(text)

function What({ event, words }: { event: Event; words: Words }) {
  const { t } = useTranslation('history')
  const kind = isKind(event.kind) ? t(`events.${event.kind}`) : event.kind
  if (!event.direction) return <>{kind}</>
  return (
    <>
      {kind} <strong>{words.directionOf(event.camera, event.rule, event.direction)}</strong>
    </>
  )
}

function More({ event, words }: { event: Event; words: Words }) {
  const { t } = useTranslation('history')
  const { kind, dwell_s, interrupted, inferred, from, until, reason, was, now } = event
  const parts: (string | false | undefined)[] = [
    dwell_s !== undefined && t('events.stayed', { time: words.length(dwell_s) }),
    interrupted && t('events.interrupted'),
    inferred && t('events.inferred'),
    kind === 'gap' &&
      from !== undefined &&
      until !== undefined &&
      t('events.lasted', { time: words.length((Date.parse(until) - Date.parse(from)) / 1000) }),
    kind === 'gap' && reason !== undefined && t(`gaps.${reason}`),
    was !== undefined &&
      now !== undefined &&
      t('events.corrected', { was: words.number(was), now: words.number(now) }),
  ]
  return <>{parts.filter(Boolean).join(', ')}</>
}
