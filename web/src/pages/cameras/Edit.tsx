import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation, useParams } from 'wouter'

import { answered, api, ifMatch, read, useChange, type Schema } from '@/api'
import { useAuth } from '@/app/auth'
import { mayAt } from '@/app/rights'
import { SITES } from '@/app/sites'
import { Button, LinkButton } from '@/parts/Button'
import { Checkbox, Choices } from '@/parts/Choice'
import { Actions } from '@/parts/Dialog'
import { Form, Row, useForm } from '@/parts/Form'
import { Card, Page, PageHeader } from '@/parts/Page'
import { Select } from '@/parts/Select'
import { ErrorState, Loading, NoRights, Note } from '@/parts/State'
import { TextField } from '@/parts/TextField'
import { toast } from '@/parts/toasts'

import { usePictureOptions } from './pictures'

type CameraView = Schema<'CameraView'>

/** Changes how a camera is set up. */
export default function Edit() {
  const { id = '' } = useParams()
  const { t } = useTranslation('cameras')
  const { rights } = useAuth()
  const camera = useQuery(read('/api/v1/cameras/{id}', { params: { path: { id } } }))
  const { data } = camera
  return (
    <Page>
      <PageHeader
        title={data ? t('edit.title', { name: data.name }) : t('one')}
        back={{ to: `/cameras/${id}`, title: data?.name ?? t('one') }}
      />
      {camera.isPending && <Loading />}
      {camera.isError && <ErrorState error={camera.error} retry={() => void camera.refetch()} />}
      {data &&
        (!mayAt(rights, 'operator', data.site) ? (
          <NoRights />
        ) : data.provisioned ? (
          <Note>{t('provisioned')}</Note>
        ) : (
          <EditForm key={data.version} camera={data} />
        ))}
    </Page>
  )
}

const TRANSPORTS = ['automatic', 'tcp', 'udp'] as const

function EditForm({ camera }: { camera: CameraView }) {
  const { t } = useTranslation('cameras')
  const { t: common } = useTranslation()
  const { rights } = useAuth()
  const [, navigate] = useLocation()
  const sites = useQuery(SITES)
  const pictureOptions = usePictureOptions()
  const { connection } = camera
  const [name, setName] = useState(camera.name)
  const [site, setSite] = useState(camera.site)
  const [address, setAddress] = useState(connection?.address ?? '')
  const [user, setUser] = useState(connection?.user ?? '')
  const [password, setPassword] = useState('')
  const [transport, setTransport] = useState(connection?.transport ?? 'automatic')
  const [fps, setFps] = useState(connection?.analyse_fps?.toString() ?? '')
  const [verifyTls, setVerifyTls] = useState(connection?.verify_tls ?? true)
  const [pictures, setPictures] = useState(camera.pictures)
  const [blurred, setBlurred] = useState(camera.blurred)
  const [recordings, setRecordings] = useState(camera.recordings)
  const form = useForm([
    'name',
    'site',
    'address',
    'user',
    'password',
    'transport',
    'analyse_fps',
    'pictures',
  ])
  const change = useChange(
    async (body: Schema<'CameraChange'>) =>
      await answered(
        api.PATCH('/api/v1/cameras/{id}', {
          params: { path: { id: camera.id }, header: ifMatch(camera.version) },
          body,
        }),
      ),
    ['/api/v1/cameras'],
  )
  const save = async () => {
    const rate = fps.trim() === '' ? null : Number(fps.replace(',', '.'))
    // What is left out stays: nothing is connected anew that was not changed.
    await change.mutateAsync({
      ...(name === camera.name ? {} : { name }),
      ...(site === camera.site ? {} : { site }),
      ...(address === connection?.address ? {} : { address }),
      ...(user === connection?.user ? {} : { user }),
      ...(password === '' ? {} : { password }),
      ...(transport === connection?.transport ? {} : { transport }),
      ...(verifyTls === connection?.verify_tls ? {} : { verify_tls: verifyTls }),
      ...(rate === connection?.analyse_fps ? {} : { analyse_fps: rate }),
      ...(pictures === camera.pictures ? {} : { pictures }),
      ...(blurred === camera.blurred ? {} : { blurred }),
      ...(recordings === camera.recordings ? {} : { recordings }),
    })
    toast(common('form.saved'))
    navigate(`/cameras/${camera.id}`)
  }
  const mine = sites.data?.items.filter(({ id }) => mayAt(rights, 'operator', id)) ?? []
  return (
    <Form onSubmit={form.submit(save)} problem={form.problem} label={t('setup')}>
      <Card title={t('edit.general')}>
        <Row>
          <TextField
            label={t('name')}
            value={name}
            maxLength={100}
            onChange={setName}
            error={form.errorOf('name')}
          />
          {mine.length > 1 && (
            <Select
              label={t('site')}
              value={site}
              options={mine.map((one) => ({ value: one.id, label: one.name }))}
              onChange={setSite}
              error={form.errorOf('site')}
            />
          )}
        </Row>
      </Card>
      <Card title={t('edit.connection')} about={t('edit.connectionAbout')}>
        <TextField
          label={t('address')}
          help={t('edit.addressHelp')}
          value={address}
          spellCheck="false"
          onChange={setAddress}
          error={form.errorOf('address')}
        />
        <Row>
          <TextField
            label={t('user')}
            optional
            value={user}
            onChange={setUser}
            error={form.errorOf('user')}
            autoComplete="off"
          />
          <TextField
            label={t('password')}
            type="password"
            autoComplete="new-password"
            placeholder={connection?.has_password ? t('edit.passwordKept') : ''}
            value={password}
            onChange={setPassword}
            error={form.errorOf('password')}
          />
        </Row>
        <Row>
          <Select
            label={t('transport.label')}
            value={transport}
            options={TRANSPORTS.map((value) => ({ value, label: t(`transport.${value}`) }))}
            onChange={setTransport}
            error={form.errorOf('transport')}
          />
          <TextField
            label={t('fps')}
            help={t('edit.fpsHelp')}
            optional
            inputMode="decimal"
            value={fps}
            onChange={setFps}
            error={form.errorOf('analyse_fps')}
          />
        </Row>
        <Checkbox isSelected={verifyTls} onChange={setVerifyTls} about={t('edit.tlsAbout')}>
          {t('edit.tls')}
        </Checkbox>
      </Card>
      <Card title={t('edit.privacy')}>
        <Choices
          label={t('pictures.label')}
          options={pictureOptions}
          value={pictures}
          onChange={setPictures}
        />
        <Checkbox isSelected={blurred} onChange={setBlurred} about={t('edit.blurredAbout')}>
          {t('edit.blurred')}
        </Checkbox>
        <Checkbox isSelected={recordings} onChange={setRecordings} about={t('edit.recordingsAbout')}>
          {t('edit.recordings')}
        </Checkbox>
      </Card>
      <Actions>
        <LinkButton to={`/cameras/${camera.id}`}>{common('do.cancel')}</LinkButton>
        <Button type="submit" look="primary" isPending={form.pending}>
          {common('do.save')}
        </Button>
      </Actions>
    </Form>
  )
}
