import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useLocation, useParams } from 'wouter'

import { read, type Schema } from '@/api'
import { useAuth } from '@/app/auth'
import { mayAt } from '@/app/rights'
import { SITES } from '@/app/sites'
import { LinkButton } from '@/parts/Button'
import { CameraState, stateOf } from '@/parts/CameraState'
import { sentence } from '@/parts/format'
import { Card, Fact, Facts, Page, PageHeader } from '@/parts/Page'
import { ErrorState, Loading, Note } from '@/parts/State'
import { DateTime, Num, Zone } from '@/parts/Time'

import { CameraMenu } from './CameraMenu'
import { Gaps } from './Gaps'
import { RuleTable } from './RuleTable'
import { Test } from './Test'

type CameraView = Schema<'CameraView'>

/** One camera: how it is, how it is set up, what it counts. */
export default function Camera() {
  const { id = '' } = useParams()
  const { t } = useTranslation('cameras')
  const camera = useQuery({
    ...read('/api/v1/cameras/{id}', { params: { path: { id } } }),
    refetchInterval: 2_000,
  })
  if (camera.data) return <Shown camera={camera.data} />
  return (
    <Page>
      <PageHeader title={t('one')} back={{ to: '/cameras', title: t('title') }} />
      {camera.isError ? <ErrorState error={camera.error} retry={() => void camera.refetch()} /> : <Loading />}
    </Page>
  )
}

function Shown({ camera }: { camera: CameraView }) {
  const { t } = useTranslation('cameras')
  const [, navigate] = useLocation()
  const { rights } = useAuth()
  const sites = useQuery(SITES)
  const site = sites.data?.items.find(({ id }) => id === camera.site)
  const zone = site?.time_zone ?? 'UTC'
  const { state, reason } = stateOf(camera)
  const mayChange = mayAt(rights, 'operator', camera.site)
  return (
    <Page>
      <PageHeader
        title={camera.name}
        back={{ to: '/cameras', title: t('title') }}
        about={
          <>
            <CameraState camera={camera} zone={zone} /> {site?.name} · <Zone zone={zone} />
          </>
        }
        actions={
          <>
            <LinkButton to={`/live/${camera.id}`} icon="live">
              {t('watch')}
            </LinkButton>
            <LinkButton to={`/cameras/${camera.id}/rules`} icon="line" look="primary">
              {t('draw')}
            </LinkButton>
            <CameraMenu camera={camera} onDeleted={() => navigate('/cameras')} />
          </>
        }
      />
      {reason && (
        <Note look="warn">
          <p>{t(`why.${state as 'offline'}`)}</p>
          <p lang="en">{sentence(reason)}</p>
        </Note>
      )}
      {camera.provisioned && <Note>{t('provisioned')}</Note>}
      <Card title={t('rules')}>
        <RuleTable camera={camera} />
      </Card>
      <Card title={t('health')}>
        <Facts>
          <Fact name={t('lastFrame')}>
            {camera.last_frame ? <DateTime time={camera.last_frame} zone={zone} style="seconds" /> : '–'}
          </Fact>
          <Fact name={t('frames')}>
            <Num value={camera.frames} />
          </Fact>
          <Fact name={t('shed')}>
            <Num value={camera.shed} />
          </Fact>
          <Fact name={t('still')}>
            <Num value={camera.still} />
          </Fact>
          <Fact name={t('fixtures')}>
            <Num value={camera.fixtures} />
          </Fact>
        </Facts>
        <Gaps camera={camera} zone={zone} />
      </Card>
      <Card title={t('setup')}>
        <Setup camera={camera} zone={zone} />
        {mayChange && !camera.provisioned && <Test camera={camera.id} />}
      </Card>
    </Page>
  )
}

function Setup({ camera, zone }: { camera: CameraView; zone: string }) {
  const { t } = useTranslation('cameras')
  const { connection } = camera
  return (
    <Facts>
      {connection && (
        <>
          <Fact name={t('address')}>
            <code>{connection.address}</code>
          </Fact>
          <Fact name={t('user')}>
            {connection.user || t('nobody')}
            {connection.has_password && ` · ${t('withPassword')}`}
          </Fact>
          <Fact name={t('transport.label')}>{t(`transport.${connection.transport}`)}</Fact>
          <Fact name={t('fps')}>{connection.analyse_fps ?? t('fpsUsual')}</Fact>
        </>
      )}
      <Fact name={t('pictures.label')}>
        {t(`pictures.${camera.pictures}`)}
        {camera.blurred && ` · ${t('blurredShort')}`}
      </Fact>
      <Fact name={t('id')}>
        <code>{camera.id}</code>
      </Fact>
      <Fact name={t('changed')}>
        <DateTime time={camera.changed} zone={zone} style="long" />
      </Fact>
    </Facts>
  )
}
