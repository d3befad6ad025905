import { useQuery } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { answered, api, read, useChange, type Schema } from '@/api'
import { Button, LinkButton } from '@/parts/Button'
import { Choices } from '@/parts/Choice'
import { formatLength, formatTime } from '@/parts/format'
import { ProblemText } from '@/parts/ProblemText'
import { Select } from '@/parts/Select'
import { ErrorState, Loading, Note } from '@/parts/State'
import { toast } from '@/parts/toasts'

import type { Camera } from '../useAudits'
import type { Stretch } from './index'
import css from './new.module.css'

type Recording = Schema<'RecordingView'>

const LENGTHS = ['60', '300', '600', '900'] as const
type Length = (typeof LENGTHS)[number]
/** How often is asked how far a running recording is. */
const ASK_MS = 2_000

interface RecordingProps {
  camera: Camera
  zone: string
  onChoose: (stretch: Stretch | undefined) => void
}

/** Chooses a recording of the camera, or makes one; where that is not allowed it says who may allow it. */
export function RecordingChoice(props: RecordingProps) {
  const { t } = useTranslation('accuracy')
  const { camera } = props
  if (!camera.recordings || camera.pictures === 'off') {
    return (
      <Note>
        <p>{t(camera.pictures === 'off' ? 'new.picturesOff' : 'new.notAllowed')}</p>
        <p>{t('new.howToAllow')}</p>
        <LinkButton small to={`/cameras/${encodeURIComponent(camera.id)}`}>
          {t('new.toCamera')}
        </LinkButton>
      </Note>
    )
  }
  return <Recordings {...props} />
}

function Recordings({ camera, zone, onChoose }: RecordingProps) {
  const { t, i18n } = useTranslation('accuracy')
  const query = { camera: camera.id, limit: 1000 }
  const recordings = useQuery({
    ...read('/api/v1/recordings', { params: { query } }),
    refetchInterval: ({ state }) =>
      state.data?.items.some((one) => one.state === 'recording') ? ASK_MS : false,
  })
  const [chosen, setChosen] = useState<string>()
  const done = (recordings.data?.items ?? []).filter((one) => one.state === 'done').toReversed()
  const running = recordings.data?.items.find((one) => one.state === 'recording')
  const current = done.find((one) => one.id === chosen) ?? done[0]
  const choose = useEffectEvent(() => onChoose(current && stretchOf(current)))
  useEffect(() => choose(), [current?.id])
  if (recordings.isError)
    return <ErrorState error={recordings.error} retry={() => void recordings.refetch()} />
  if (!recordings.data) return <Loading lines={3} />
  const words = ({ from, seconds, frames }: Recording) => ({
    label: `${formatTime(from, 'short', i18n.language, zone)} · ${formatLength(seconds, i18n.language)}`,
    about: t('new.frames', { count: frames }),
  })
  return (
    <div className={css.recordings}>
      {done.length > 0 ? (
        <Choices
          label={t('new.recordings')}
          value={current?.id ?? ''}
          onChange={setChosen}
          options={done.map((one) => ({ value: one.id, ...words(one) }))}
        />
      ) : (
        !running && <p>{t('new.noRecording')}</p>
      )}
      {current && <Remove recording={current} />}
      {running ? <Running recording={running} zone={zone} /> : <Record camera={camera.id} />}
      <p className={css.help}>{t('new.kept')}</p>
    </div>
  )
}

function stretchOf({ id, from, until }: Recording): Stretch {
  return {
    from: new Date(from),
    until: new Date(until),
    source: new URLSearchParams({ recording: id }).toString(),
    tolerance_s: 1,
  }
}

function Running({ recording, zone }: { recording: Recording; zone: string }) {
  const { t, i18n } = useTranslation('accuracy')
  const time = formatTime(recording.until, 'seconds', i18n.language, zone)
  return (
    <div role="status">
      <Note>{t('new.recordingNow', { time, count: recording.frames })}</Note>
    </div>
  )
}

/** Records from now on. */
function Record({ camera }: { camera: string }) {
  const { t, i18n } = useTranslation('accuracy')
  const [seconds, setSeconds] = useState<Length>('300')
  const record = useChange(
    () => answered(api.POST('/api/v1/recordings', { body: { camera, seconds: Number(seconds) } })),
    ['/api/v1/recordings'],
  )
  return (
    <>
      <div className={css.record}>
        <Select
          label={t('new.length')}
          value={seconds}
          onChange={setSeconds}
          options={LENGTHS.map((value) => ({ value, label: formatLength(Number(value), i18n.language) }))}
        />
        <Button icon="live" isPending={record.isPending} onPress={() => record.mutate()}>
          {t('new.record')}
        </Button>
      </div>
      {record.error && <ProblemText problem={record.error} />}
    </>
  )
}

/** Pictures of people are not kept longer than somebody wants them. */
function Remove({ recording }: { recording: Recording }) {
  const { t } = useTranslation('accuracy')
  const remove = useChange(
    () => answered(api.DELETE('/api/v1/recordings/{id}', { params: { path: { id: recording.id } } })),
    ['/api/v1/recordings'],
  )
  return (
    <>
      <Button
        small
        look="quiet"
        icon="delete"
        isPending={remove.isPending}
        onPress={() => remove.mutate(undefined, { onSuccess: () => toast(t('new.recordingDeleted')) })}
      >
        {t('new.deleteRecording')}
      </Button>
      {remove.error && <ProblemText problem={remove.error} />}
    </>
  )
}
