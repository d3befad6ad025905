import { memo, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { useLiveState, type LiveEvent } from '@/api'
import { Button } from '@/parts/Button'
import { classes } from '@/parts/classes'
import { formatLength } from '@/parts/format'
import { DateTime } from '@/parts/Time'

import css from './Ticker.module.css'
import { useTicker } from './useTicker'

/** Gives a camera's name, its zone, and what its lines call their ways. */
export type Names = (camera: string) => {
  name: string
  zone: string
  way: (rule: string, direction: string) => string
}

interface TickerListProps {
  camera?: string
  names: Names
}

/** What has just happened. It is no live region: hundreds a minute would be read out. */
export function TickerList({ camera, names }: TickerListProps) {
  const { t } = useTranslation('live')
  const [isHeld, setHeld] = useState(false)
  const { t: common } = useTranslation()
  const { events, perMinute } = useTicker(camera, isHeld)
  const isAway = useIsAway()
  return (
    <section className={css.ticker} aria-label={t('ticker')}>
      <div className={css.head}>
        <h2>{t('ticker')}</h2>
        <Button
          small
          look="quiet"
          icon={isHeld ? 'play' : 'pause'}
          aria-label={isHeld ? t('resume') : t('pause')}
          aria-pressed={isHeld}
          onPress={() => setHeld(!isHeld)}
        />
      </div>
      <p role="status" className={css.away}>
        {isAway && common('offline.live')}
      </p>
      <p className={css.rate}>{events.length === 0 ? t('quiet') : t('perMinute', { count: perMinute })}</p>
      {events.length > 0 && (
        <ol className={css.list} aria-label={t('tickerLabel')} tabIndex={0}>
          {events.map((event) => (
            <Entry key={event.id} event={event} names={names} showsCamera={camera === undefined} />
          ))}
        </ol>
      )}
    </section>
  )
}

/** How long events may be interrupted before it is said: a new connection takes a moment. */
const MOMENT_MS = 3_000

function useIsAway(): boolean {
  const { connected } = useLiveState()
  const [isAway, setAway] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setAway(!connected), connected ? 0 : MOMENT_MS)
    return () => clearTimeout(timer)
  }, [connected])
  return isAway
}

interface EntryProps {
  event: LiveEvent
  names: Names
  showsCamera: boolean
}

const Entry = memo(function Entry({ event, names, showsCamera }: EntryProps) {
  const { name, zone, way } = names(event.camera)
  const words = useWords(event, way(event.rule ?? '', event.direction ?? ''))
  const place = [showsCamera && name, event.rule].filter(Boolean).join(' · ')
  return (
    <li className={css.entry}>
      <span className={css.time}>
        <DateTime time={event.time} zone={zone} style="seconds" />
      </span>
      <span className={classes(event.kind === 'gap' && css.gap)}>
        {words}
        {place && <span className={css.place}>{place}</span>}
      </span>
    </li>
  )
})

function useWords(event: LiveEvent, way: string): string {
  const { t, i18n } = useTranslation('live')
  const what = t(`class.${event.class ?? ''}` as 'class.person', { defaultValue: event.class ?? '' })
  switch (event.kind) {
    case 'crossing':
      return t('event.crossing', { what, way })
    case 'zone_leave':
      return t('event.zone_leave', { what, length: formatLength(event.dwell_s ?? 0, i18n.language) })
    case 'gap': {
      const seconds = (Date.parse(event.until ?? event.time) - Date.parse(event.from ?? event.time)) / 1000
      return t('event.gap', { length: formatLength(seconds, i18n.language) })
    }
    case 'correction':
      return t('event.correction', { now: event.now })
    case 'observed':
      return ''
    default:
      return t(`event.${event.kind}`, { what })
  }
}
