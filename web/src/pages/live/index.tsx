import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { read } from '@/api'
import { useAuth } from '@/app/auth'
import { maySomewhere } from '@/app/rights'
import { SITES } from '@/app/sites'
import { LinkButton } from '@/parts/Button'
import { Page, PageHeader } from '@/parts/Page'
import { EmptyState, ErrorState, Loading } from '@/parts/State'
import { Zone } from '@/parts/Time'

import { namesOf } from './names'
import { Occupancy } from './Occupancy'
import { TickerList } from './TickerList'
import { useTotals } from './totals'
import css from './Wall.module.css'
import { Tile } from './Tile'
import { inOrder } from './wall'

/** Up to so many are shown larger. */
const FEW = 4
/** How many cameras there are before one looks for them by name. */
const MANY = 8

/** All cameras as they are now, and what has just happened. */
export default function Live() {
  const { t } = useTranslation('live')
  const { rights } = useAuth()
  const [search, setSearch] = useState('')
  const cameras = useQuery({
    ...read('/api/v1/cameras', { params: { query: { limit: 1000 } } }),
    refetchInterval: 2_000,
  })
  const sites = useQuery({ ...SITES, staleTime: 60_000 })
  const all = useMemo(() => cameras.data?.cameras ?? [], [cameras.data])
  const places = useMemo(() => sites.data?.items ?? [], [sites.data])
  const watched = useMemo(() => places.filter(({ id }) => all.some(({ site }) => site === id)), [places, all])
  const totals = useTotals(watched)
  const names = useMemo(() => namesOf(all, places), [all, places])
  const wanted = useDeferredValue(search)
  const shown = useMemo(() => inOrder(all, wanted), [all, wanted])

  const mayAdd = maySomewhere(rights, 'operator')
  const counting = all.filter(({ state }) => state === 'counting' || state === 'overloaded').length
  const zones = [...new Set(watched.map((site) => site.time_zone))]
  return (
    <Page wide>
      <PageHeader
        title={t('title')}
        about={
          all.length > 0 && (
            <>
              {t('of', { count: counting, all: all.length })}
              {zones.map((zone) => (
                <span key={zone}>
                  {' · '}
                  <Zone zone={zone} />
                </span>
              ))}
            </>
          )
        }
        actions={
          all.length > MANY && (
            <input
              type="search"
              className={css.search}
              aria-label={t('search')}
              placeholder={t('search')}
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
          )
        }
      />
      {cameras.isPending && <Loading lines={6} />}
      {cameras.isLoadingError && <ErrorState error={cameras.error} retry={() => void cameras.refetch()} />}
      {cameras.isSuccess && all.length === 0 && (
        <EmptyState
          icon="camera"
          title={t('welcome.title')}
          action={
            mayAdd && (
              <LinkButton to="/cameras/new" look="primary" icon="add">
                {t('welcome.title')}
              </LinkButton>
            )
          }
        >
          {mayAdd ? t('welcome.about') : t('welcome.ask')}
        </EmptyState>
      )}
      {all.length > 0 && (
        <div className={css.columns}>
          <div className={css.main}>
            <Occupancy sites={places} />
            {shown.length === 0 && <p role="status">{t('none')}</p>}
            <ul className={css.wall} data-few={shown.length <= FEW || undefined}>
              {shown.map((camera) => (
                <Tile
                  key={camera.id}
                  camera={camera}
                  zone={names(camera.id).zone}
                  total={totals.ofCamera(camera.id)}
                />
              ))}
            </ul>
          </div>
          <aside className={css.aside}>
            <TickerList names={names} />
          </aside>
        </div>
      )}
    </Page>
  )
}
