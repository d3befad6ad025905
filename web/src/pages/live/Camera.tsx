import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams } from 'wouter'

import { read, type Schema } from '@/api'
import { SITES } from '@/app/sites'
import { LinkButton } from '@/parts/Button'
import { CameraState } from '@/parts/CameraState'
import { Switch } from '@/parts/Choice'
import { Page, PageHeader } from '@/parts/Page'
import { ErrorState, Loading } from '@/parts/State'
import { Zone } from '@/parts/Time'

import css from './Camera.module.css'
import { Counts } from './Counts'
import { namesOf } from './names'
import { Stage } from './Stage'
import { TickerList } from './TickerList'
import { useTotals } from './totals'

/** One camera, large: its picture with what is counted in it, and the numbers of today. */
export default function LiveCamera() {
  const { id = '' } = useParams()
  const { t } = useTranslation('live')
  const camera = useQuery({
    ...read('/api/v1/cameras/{id}', { params: { path: { id } } }),
    refetchInterval: 1_000,
  })
  if (camera.data) return <Shown camera={camera.data} />
  return (
    <Page wide>
      <PageHeader title={t('title')} back={{ to: '/', title: t('wall') }} />
      {camera.isError ? <ErrorState error={camera.error} retry={() => void camera.refetch()} /> : <Loading />}
    </Page>
  )
}

function Shown({ camera }: { camera: Schema<'CameraView'> }) {
  const { t } = useTranslation('live')
  const [showsPaths, setShowsPaths] = useState(false)
  const sites = useQuery({ ...SITES, staleTime: 60_000 })
  const places = useMemo(
    () => sites.data?.items.filter(({ id }) => id === camera.site) ?? [],
    [sites.data, camera.site],
  )
  const totals = useTotals(places, camera.id)
  const names = useMemo(() => namesOf([camera], places), [camera, places])
  const zone = places[0]?.time_zone ?? 'UTC'
  return (
    <Page wide>
      <PageHeader
        title={camera.name}
        back={{ to: '/', title: t('wall') }}
        about={
          <>
            <CameraState camera={camera} zone={zone} /> <Zone zone={zone} />
          </>
        }
        actions={
          <>
            <LinkButton to={`/cameras/${camera.id}/rules`} icon="line">
              {t('draw')}
            </LinkButton>
            <LinkButton to={`/cameras/${camera.id}`} icon="camera">
              {t('settings')}
            </LinkButton>
          </>
        }
      />
      <div className={css.columns}>
        <div className={css.main}>
          <Stage camera={camera} showsPaths={showsPaths} />
          <Switch isSelected={showsPaths} onChange={setShowsPaths}>
            {t('paths')}
          </Switch>
        </div>
        <div className={css.side}>
          <Counts camera={camera} totals={totals} />
          <TickerList camera={camera.id} names={names} />
        </div>
      </div>
    </Page>
  )
}
