import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'

import { answered, api, read, useChange, type Schema } from '@/api'
import { useAuth } from '@/app/auth'
import { mayAt } from '@/app/rights'
import { SITES } from '@/app/sites'
import { Button, LinkButton } from '@/parts/Button'
import { Choices } from '@/parts/Choice'
import { Actions } from '@/parts/Dialog'
import { Form, Row, useForm } from '@/parts/Form'
import { Card, Page, PageHeader } from '@/parts/Page'
import { Select } from '@/parts/Select'
import { EmptyState, ErrorState, Loading } from '@/parts/State'
import { TextField } from '@/parts/TextField'

import { Connect, type Found } from './Connect'
import { idOf } from './makers'
import { usePictureOptions } from './pictures'

/** Adds a camera: where it is, whether it is seen, what it is called. Then lines are drawn. */
export default function New() {
  const { t } = useTranslation('cameras')
  const { rights } = useAuth()
  const sites = useQuery(SITES)
  const mine = sites.data?.items.filter((site) => mayAt(rights, 'operator', site.id)) ?? []
  return (
    <Page>
      <PageHeader title={t('new.title')} back={{ to: '/cameras', title: t('title') }} />
      {sites.isPending && <Loading />}
      {sites.isError && <ErrorState error={sites.error} retry={() => void sites.refetch()} />}
      {sites.isSuccess && mine.length === 0 && (
        <EmptyState
          icon="site"
          title={t('new.noSite')}
          action={<LinkButton to="/sites">{t('new.toSites')}</LinkButton>}
        >
          {t('new.noSiteAbout')}
        </EmptyState>
      )}
      {mine.length > 0 && <Steps sites={mine} />}
    </Page>
  )
}

function Steps({ sites }: { sites: readonly Schema<'Site'>[] }) {
  const { t } = useTranslation('cameras')
  const [site, setSite] = useState(sites[0]?.id ?? '')
  const [found, setFound] = useState<Found>()
  return (
    <>
      <Card title={t('new.where')} about={t('new.whereAbout')}>
        <Connect site={site} onFound={setFound} />
      </Card>
      {found && (
        <Card title={t('new.name')} about={t('new.nameAbout')}>
          <Naming found={found} site={site} setSite={setSite} sites={sites} />
        </Card>
      )}
    </>
  )
}

interface NamingProps {
  found: Found
  site: string
  setSite: (site: string) => void
  sites: readonly Schema<'Site'>[]
}

function Naming({ found, site, setSite, sites }: NamingProps) {
  const { t } = useTranslation('cameras')
  const [, navigate] = useLocation()
  const [name, setName] = useState('')
  const [pictures, setPictures] = useState<Schema<'Pictures'>>('operators')
  const options = usePictureOptions()
  const form = useForm(['name', 'site', 'pictures', 'address'])
  const cameras = useQuery(read('/api/v1/cameras', { params: { query: { limit: 1000 } } }))
  const create = useChange(
    async (body: Schema<'NewCamera'>) => await answered(api.POST('/api/v1/cameras', { body })),
    ['/api/v1/cameras'],
  )
  const add = async () => {
    const taken = new Set(cameras.data?.cameras.map((camera) => camera.id))
    const id = idOf(name, taken)
    const given = name.trim() === '' ? t('new.unnamed') : name.trim()
    const camera = await create.mutateAsync({ ...found, id, name: given, site, pictures })
    navigate(`/cameras/${camera.id}/rules`)
  }
  return (
    <Form onSubmit={form.submit(add)} problem={form.problem} label={t('new.name')}>
      <Row>
        <TextField
          label={t('name')}
          placeholder={t('new.example')}
          autoFocus
          value={name}
          maxLength={100}
          onChange={setName}
          error={form.errorOf('name')}
        />
        {sites.length > 1 && (
          <Select
            label={t('site')}
            value={site}
            options={sites.map(({ id, name: label }) => ({ value: id, label }))}
            onChange={setSite}
            error={form.errorOf('site')}
          />
        )}
      </Row>
      <Choices label={t('pictures.label')} options={options} value={pictures} onChange={setPictures} />
      <Actions>
        <Button type="submit" look="primary" isPending={form.pending}>
          {t('new.add')}
        </Button>
      </Actions>
    </Form>
  )
}
