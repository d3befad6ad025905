import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { read, type Schema } from '@/api'
import { useAuth } from '@/app/auth'
import { maySomewhere } from '@/app/rights'
import { SITES } from '@/app/sites'
import { LinkButton } from '@/parts/Button'
import { CameraState } from '@/parts/CameraState'
import { Page, PageHeader } from '@/parts/Page'
import { EmptyState, ErrorState, Loading } from '@/parts/State'
import { Table, type Column } from '@/parts/Table'
import { Tabs } from '@/parts/Tabs'
import { DateTime, Zone } from '@/parts/Time'

import { CameraMenu } from './CameraMenu'
import css from './Cameras.module.css'
import { Deleted } from './Deleted'

type CameraView = Schema<'CameraView'>

/** All cameras, and those that can be brought back. */
export default function Cameras() {
  const { t } = useTranslation('cameras')
  const { rights } = useAuth()
  const [tab, setTab] = useState<'all' | 'deleted'>('all')
  const mayAdd = maySomewhere(rights, 'operator')
  const all = <All mayAdd={mayAdd} />
  return (
    <Page>
      <PageHeader
        title={t('title')}
        actions={
          mayAdd && (
            <LinkButton to="/cameras/new" look="primary" icon="add">
              {t('add')}
            </LinkButton>
          )
        }
      />
      {mayAdd ? (
        <Tabs
          label={t('title')}
          selected={tab}
          onSelect={setTab}
          tabs={[
            { key: 'all', title: t('all'), content: all },
            { key: 'deleted', title: t('deleted.title'), content: <Deleted /> },
          ]}
        />
      ) : (
        all
      )}
    </Page>
  )
}

function All({ mayAdd }: { mayAdd: boolean }) {
  const { t } = useTranslation('cameras')
  const cameras = useQuery({
    ...read('/api/v1/cameras', { params: { query: { limit: 1000 } } }),
    refetchInterval: 3_000,
  })
  const sites = useQuery(SITES)
  if (cameras.isPending) return <Loading />
  if (cameras.isError) return <ErrorState error={cameras.error} retry={() => void cameras.refetch()} />
  const places = new Map(sites.data?.items.map((site) => [site.id, site]))
  const zone = (camera: CameraView) => places.get(camera.site)?.time_zone ?? cameras.data.time_zone ?? 'UTC'
  const columns: Column<CameraView>[] = [
    { key: 'name', title: t('name'), cell: (one) => <Link to={`/cameras/${one.id}`}>{one.name}</Link> },
    { key: 'state', title: t('state'), cell: (one) => <CameraState camera={one} zone={zone(one)} /> },
    { key: 'site', title: t('site'), wide: true, cell: (one) => places.get(one.site)?.name ?? one.site },
    {
      key: 'rules',
      title: t('rules'),
      wide: true,
      cell: (one) => t('rulesOf', { lines: one.lines.length, zones: one.zones.length }),
    },
    {
      key: 'frame',
      title: t('lastFrame'),
      wide: true,
      cell: (one) =>
        one.last_frame ? <DateTime time={one.last_frame} zone={zone(one)} style="seconds" /> : '–',
    },
    {
      key: 'actions',
      title: t('actions'),
      hideTitle: true,
      numeric: true,
      cell: (one) => <CameraMenu camera={one} />,
    },
  ]
  return (
    <>
      <Table
        label={t('title')}
        columns={columns}
        rows={cameras.data.cameras}
        rowKey={(one) => one.id}
        empty={
          <EmptyState
            icon="camera"
            title={t('empty.title')}
            action={
              mayAdd && (
                <LinkButton to="/cameras/new" look="primary" icon="add">
                  {t('add')}
                </LinkButton>
              )
            }
          >
            {mayAdd ? t('empty.about') : t('empty.ask')}
          </EmptyState>
        }
      />
      {cameras.data.cameras.length > 0 && cameras.data.time_zone && (
        <p className={css.zone}>
          <Zone zone={cameras.data.time_zone} />
        </p>
      )}
    </>
  )
}
