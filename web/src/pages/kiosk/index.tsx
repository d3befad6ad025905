import { useQuery } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams, useSearch } from 'wouter'

import { read, useLive, type Schema } from '@/api'
import { classes } from '@/parts/classes'
import { formatNumber, formatTime } from '@/parts/format'
import { Icon } from '@/parts/Icon'
import { EmptyState, ErrorState } from '@/parts/State'
import { LinkButton } from '@/parts/Button'

import { Controls } from './Controls'
import { blind, crowd, isStale, limitOf } from './crowd'
import css from './kiosk.module.css'
import { useAwake } from './useAwake'

type Site = Schema<'Site'>

/** How often is asked even when no event came: corrections and resets are none. */
const ASK_MS = 5_000
/** Events in a burst lead to one question. */
const BURST_MS = 300

/** A screen at the entrance: how many are inside. It is made to hang there for months. */
export default function Kiosk() {
  const { site: id = '' } = useParams()
  const { t } = useTranslation('kiosk')
  const site = useQuery({
    ...read('/api/v1/sites/{id}', { params: { path: { id } } }),
    refetchInterval: 60_000,
  })
  useAwake()
  useEffect(() => {
    document.title = `${site.data?.name ?? id} · camtally`
  }, [site.data, id])
  // Once it was read, a lost connection is no reason to show anything else.
  if (!site.data) {
    return site.isError ? (
      <main className={css.screen}>
        <ErrorState error={site.error} retry={() => void site.refetch()} />
      </main>
    ) : (
      <main className={css.screen} aria-busy="true" />
    )
  }
  if (!site.data.entrances?.length) {
    return (
      <main className={css.screen}>
        <EmptyState
          icon="people"
          title={t('noEntrances')}
          action={<LinkButton to={`/sites/${encodeURIComponent(id)}`}>{t('toSite')}</LinkButton>}
        >
          {t('noEntrancesAbout')}
        </EmptyState>
      </main>
    )
  }
  return <Screen site={site.data} />
}

function Screen({ site }: { site: Site }) {
  const { t, i18n } = useTranslation('kiosk')
  const limit = limitOf(new URLSearchParams(useSearch()).get('limit'))
  const query = { site: site.id }
  const occupancy = useQuery({
    ...read('/api/v1/occupancy', { params: { query } }),
    refetchInterval: ASK_MS,
    refetchIntervalInBackground: true,
  })
  const cameras = useQuery({
    ...read('/api/v1/cameras', { params: { query: { ...query, limit: 1000 } } }),
    refetchInterval: ASK_MS,
    refetchIntervalInBackground: true,
  })
  useOnCrossing(site, () => void occupancy.refetch())
  const now = useClock()
  const inside = occupancy.data?.sites.find((one) => one.site === site.id)?.occupancy
  const readAt = Math.min(occupancy.dataUpdatedAt, cameras.dataUpdatedAt)
  const isLost = readAt > 0 && isStale(readAt, now)
  const unwatched = cameras.data ? blind(site.entrances ?? [], cameras.data.cameras) : []
  const number = (value: number) => formatNumber(value, i18n.language)
  const time = (moment: string | Date) => formatTime(moment, 'time', i18n.language, site.time_zone)
  const isTrue = inside !== undefined && !isLost && unwatched.length === 0
  const state = isTrue ? crowd(inside, limit) : 'unknown'
  return (
    <main className={classes(css.screen, css[state], !isTrue && css.doubtful)}>
      <header className={css.head}>
        <h1>{site.name}</h1>
        <time className="tabular" dateTime={new Date(now).toISOString()} title={site.time_zone}>
          {time(new Date(now))}
        </time>
      </header>
      <div className={css.middle} aria-live="off">
        <p className={css.number}>{inside === undefined ? '–' : number(inside)}</p>
        <p className={css.words}>
          {limit === undefined ? t('inside', { count: inside ?? 0 }) : t('of', { limit: number(limit) })}
        </p>
        {limit !== undefined && inside !== undefined && (
          <div className={css.bar} aria-hidden="true">
            <div className={css.filled} style={{ inlineSize: `${Math.min(100, (inside / limit) * 100)}%` }} />
          </div>
        )}
        {state !== 'unknown' && (
          <p className={css.crowd}>{t(state, { count: (limit ?? 0) - (inside ?? 0) })}</p>
        )}
      </div>
      <div className={css.foot} role="status">
        {isLost ? (
          <Remark icon="offline">{t('lost', { time: time(new Date(readAt)) })}</Remark>
        ) : unwatched.length > 0 ? (
          <Remark icon="warning">
            {t('unwatched', { cameras: unwatched.map((one) => one.name).join(', ') })}
            {unwatched[0]?.since && ` ${t('since', { time: time(unwatched[0].since) })}`}
          </Remark>
        ) : null}
      </div>
      <Controls limit={limit} zone={site.time_zone} />
    </main>
  )
}

function Remark({ icon, children }: { icon: 'offline' | 'warning'; children: React.ReactNode }) {
  return (
    <p className={css.remark}>
      <Icon name={icon} size={28} />
      <span>{children}</span>
    </p>
  )
}

/** Asks anew as soon as somebody has crossed one of the entrances. */
function useOnCrossing({ entrances = [] }: Site, ask: () => void) {
  const [wanted, setWanted] = useState(0)
  useLive((event) => {
    const isEntrance = entrances.some(({ camera, line }) => camera === event.camera && line === event.rule)
    if (isEntrance || event.kind === 'correction') setWanted(Date.now())
  })
  const askNow = useEffectEvent(ask)
  useEffect(() => {
    if (wanted === 0) return
    const timer = setTimeout(() => askNow(), BURST_MS)
    return () => clearTimeout(timer)
  }, [wanted])
}

function useClock(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return now
}
