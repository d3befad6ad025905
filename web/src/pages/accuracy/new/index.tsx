import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'

import { answered, api, useChange } from '@/api'
import { useAuth } from '@/app/auth'
import { mayAt } from '@/app/rights'
import { Button, LinkButton } from '@/parts/Button'
import { Checkbox, Choices } from '@/parts/Choice'
import { Actions } from '@/parts/Dialog'
import { Form, useForm } from '@/parts/Form'
import { Card, Page, PageHeader } from '@/parts/Page'
import { Select } from '@/parts/Select'
import { EmptyState, ErrorState, Loading, Note } from '@/parts/State'

import { MOST_LINES } from '../keys'
import { AUDITS, idsOf, useCameras, type Camera } from '../useAudits'
import { FilePeriod } from './FilePeriod'
import { LivePeriod } from './LivePeriod'
import css from './new.module.css'
import { RecordingChoice } from './RecordingChoice'

const SOURCES = ['recording', 'live', 'file'] as const
type SourceKind = (typeof SOURCES)[number]

/** What is audited: a stretch, how exact marks in it can be, and what is looked at. */
export interface Stretch {
  from: Date
  until: Date
  /** What of the marking page's address says what is looked at. */
  source: string
  tolerance_s: number
}

/** Chooses what to audit. */
export default function NewAudit() {
  const { t } = useTranslation('accuracy')
  const { rights } = useAuth()
  const cameras = useCameras()
  if (cameras.error) return <ErrorState error={cameras.error} />
  if (!cameras.isReady) return <Loading lines={8} />
  const possible = (cameras.cameras ?? []).filter(
    ({ site, lines }) => mayAt(rights, 'operator', site) && lines.length > 0,
  )
  return (
    <Page>
      <PageHeader
        title={t('new.title')}
        back={{ to: '/accuracy', title: t('title') }}
        about={t('new.about')}
      />
      {possible.length === 0 ? (
        <EmptyState
          icon="camera"
          title={t('new.noCamera')}
          action={<LinkButton to="/cameras">{t('new.toCameras')}</LinkButton>}
        >
          {t('new.noCameraAbout')}
        </EmptyState>
      ) : (
        <Choose cameras={possible} zoneOf={cameras.zoneOf} />
      )}
    </Page>
  )
}

interface ChooseProps {
  cameras: readonly Camera[]
  zoneOf: (site: string) => string
}

function Choose({ cameras, zoneOf }: ChooseProps) {
  const { t } = useTranslation('accuracy')
  const [, navigate] = useLocation()
  const [id, setId] = useState(cameras[0]?.id ?? '')
  const camera = cameras.find((one) => one.id === id) ?? cameras[0]
  const names = camera?.lines.map(({ name }) => name) ?? []
  const [left, setLeft] = useState<readonly string[]>([])
  const lines = names.filter((name) => !left.includes(name)).slice(0, MOST_LINES)
  const [kind, setKind] = useState<SourceKind>('recording')
  const [stretch, setStretch] = useState<Stretch>()
  const form = useForm([])
  const create = useChange(async ({ from, until, tolerance_s }: Stretch) => {
    const made = []
    for (const line of lines) {
      const body = {
        camera: camera?.id ?? '',
        line,
        from: from.toISOString(),
        until: until.toISOString(),
        tolerance_s,
        marks: [],
      }
      made.push(await answered(api.POST('/api/v1/accuracy-audits', { body })))
    }
    return made
  }, AUDITS)
  const begin = form.submit(async () => {
    if (!stretch) return
    // What is watched live begins when one begins to watch.
    const length = stretch.until.getTime() - stretch.from.getTime()
    const from = kind === 'live' ? new Date() : stretch.from
    const made = await create.mutateAsync({ ...stretch, from, until: new Date(from.getTime() + length) })
    navigate(`/accuracy/mark/${idsOf(made)}?${stretch.source}`)
  })
  if (!camera) return null
  return (
    <Card>
      <Form onSubmit={begin} problem={form.problem}>
        <Select
          label={t('new.camera')}
          value={camera.id}
          onChange={(chosen) => {
            setId(chosen)
            setLeft([])
            setStretch(undefined)
          }}
          options={cameras.map((one) => ({ value: one.id, label: one.name }))}
        />
        <fieldset className={css.lines}>
          <legend>{t('new.lines')}</legend>
          {names.map((name) => (
            <Checkbox
              key={name}
              isSelected={lines.includes(name)}
              onChange={(isOn) => setLeft(isOn ? left.filter((one) => one !== name) : [...left, name])}
            >
              {name}
            </Checkbox>
          ))}
          {names.length > MOST_LINES && <p className={css.help}>{t('new.most', { count: MOST_LINES })}</p>}
        </fieldset>
        <Choices
          label={t('new.source')}
          value={kind}
          onChange={(chosen) => {
            setKind(chosen)
            setStretch(undefined)
          }}
          options={SOURCES.map((value) => ({
            value,
            label: t(`new.${value}`),
            about: t(`new.${value}About`),
          }))}
        />
        {kind === 'recording' && (
          <RecordingChoice key={camera.id} camera={camera} zone={zoneOf(camera.site)} onChoose={setStretch} />
        )}
        {kind === 'live' &&
          (camera.shows_pictures ? (
            <LivePeriod onChoose={setStretch} />
          ) : (
            <Note look="warn">{t('new.noPictures')}</Note>
          ))}
        {kind === 'file' && <FilePeriod zone={zoneOf(camera.site)} onChoose={setStretch} />}
        <Actions>
          <Button
            type="submit"
            look="primary"
            isDisabled={!stretch || lines.length === 0}
            isPending={form.pending}
          >
            {t('new.begin')}
          </Button>
        </Actions>
      </Form>
    </Card>
  )
}
