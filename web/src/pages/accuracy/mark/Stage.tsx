import { useEffect, useRef, useState, type ReactNode, type SyntheticEvent } from 'react'
import { useTranslation } from 'react-i18next'

import { answered, api } from '@/api'
import { Button } from '@/parts/Button'
import { EmptyState, ErrorState, Loading, Note } from '@/parts/State'

import type { Audit, Camera } from '../useAudits'
import css from './mark.module.css'
import { Overlay } from './Overlay'
import type { Player } from './player'
import { Transport } from './Transport'
import { useFrames, useRecording } from './useRecording'

/** What is looked at: a recording of the camera, the camera as it is now, or a file of one's own. */
export type Source = { kind: 'recording'; id: string } | { kind: 'live' } | { kind: 'file' }

interface StageProps {
  source: Source
  audit: Audit
  camera: Camera | undefined
  lines: readonly string[]
  zone: string
  /** Is given the player as soon as there is something to see. */
  onPlayer: (player: Player | undefined) => void
}

/** The picture with its lines, and what moves it. */
export function Stage(props: StageProps) {
  switch (props.source.kind) {
    case 'recording':
      return <RecordingStage {...props} id={props.source.id} />
    case 'live':
      return <LiveStage {...props} />
    case 'file':
      return <FileStage {...props} />
  }
}

/** Tells the page of a player, and that it is gone. */
function usePlayer(player: Player, onPlayer: StageProps['onPlayer']) {
  useEffect(() => onPlayer(player))
  useEffect(() => () => onPlayer(undefined), [onPlayer])
}

function Frame({ camera, lines, children }: Pick<StageProps, 'camera' | 'lines'> & { children: ReactNode }) {
  const [aspect, setAspect] = useState(16 / 9)
  const measure = ({ target }: SyntheticEvent) => {
    const [width, height] =
      target instanceof HTMLVideoElement
        ? [target.videoWidth, target.videoHeight]
        : target instanceof HTMLImageElement
          ? [target.naturalWidth, target.naturalHeight]
          : [0, 0]
    if (height > 0) setAspect(width / height)
  }
  return (
    <div className={css.picture} onLoadCapture={measure} onLoadedMetadataCapture={measure}>
      {children}
      <Overlay camera={camera} lines={lines} aspect={aspect} />
    </div>
  )
}

function RecordingStage({ id, ...props }: StageProps & { id: string }) {
  const { t } = useTranslation('accuracy')
  const frames = useFrames(id)
  if (frames.isError) return <ErrorState error={frames.error} retry={() => void frames.refetch()} />
  if (!frames.data) return <Loading lines={8} />
  if (frames.data.length === 0) {
    return (
      <EmptyState icon="camera" title={t('mark.noFrames')}>
        {t('mark.noFramesAbout')}
      </EmptyState>
    )
  }
  return <Recorded {...props} id={id} frames={frames.data} />
}

function Recorded({
  id,
  frames,
  camera,
  lines,
  zone,
  audit,
  onPlayer,
}: StageProps & { id: string; frames: { number: number; time: string }[] }) {
  const { t } = useTranslation('accuracy')
  const player = useRecording(id, frames)
  usePlayer(player, onPlayer)
  return (
    <>
      <Frame camera={camera} lines={lines}>
        {player.picture ? (
          <img src={player.picture} alt={t('mark.picture', { camera: camera?.name ?? audit.camera })} />
        ) : (
          <div className={css.waiting} role="status">
            {t('mark.buffering')}
          </div>
        )}
      </Frame>
      <Transport
        player={player}
        at={player.at}
        from={Date.parse(frames[0]?.time ?? audit.from)}
        until={Date.parse(frames.at(-1)?.time ?? audit.until)}
        zone={zone}
      />
    </>
  )
}

/** The camera's own clock is the server's; this machine's may be off. */
function useServerClock(): () => number {
  const offset = useRef(0)
  useEffect(() => {
    const asked = Date.now()
    void answered(api.GET('/api/v1/occupancy')).then(
      ({ time }) => {
        offset.current = Date.parse(time) - (asked + Date.now()) / 2
      },
      // Without it this machine's clock has to do; what cannot be saved is said anyway.
      () => undefined,
    )
  }, [])
  return () => Date.now() + offset.current
}

function LiveStage({ audit, camera, zone, onPlayer }: StageProps) {
  const { t } = useTranslation('accuracy')
  const clock = useServerClock()
  const [at, setAt] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setAt(clock()), 500)
    return () => clearInterval(timer)
  })
  const player: Player = {
    now: clock,
    isPlaying: true,
    toggle: undefined,
    seek: undefined,
    speed: 1,
    setSpeed: undefined,
  }
  usePlayer(player, onPlayer)
  const [from, until] = [Date.parse(audit.from), Date.parse(audit.until)]
  return (
    <>
      <Note>{t('mark.liveAbout')}</Note>
      <div className={css.picture}>
        <img
          src={`/api/v1/cameras/${encodeURIComponent(audit.camera)}/live.mjpeg`}
          alt={t('mark.live', { camera: camera?.name ?? audit.camera })}
        />
      </div>
      <Transport
        player={player}
        at={Math.max(from, Math.min(until, at))}
        from={from}
        until={until}
        zone={zone}
      />
    </>
  )
}

function FileStage({ audit, camera, lines, zone, onPlayer }: StageProps) {
  const { t } = useTranslation('accuracy')
  const [address, setAddress] = useState<string>()
  useEffect(() => () => (address ? URL.revokeObjectURL(address) : undefined), [address])
  const choose = (file: File | undefined) => file && setAddress(URL.createObjectURL(file))
  if (!address) {
    return (
      <EmptyState
        icon="play"
        title={t('mark.chooseFile')}
        action={
          <label className={css.file}>
            <span>{t('mark.file')}</span>
            <input type="file" accept="video/*" onChange={(event) => choose(event.target.files?.[0])} />
          </label>
        }
      >
        {t('mark.chooseFileAbout')}
      </EmptyState>
    )
  }
  return (
    <Played
      key={address}
      address={address}
      audit={audit}
      camera={camera}
      lines={lines}
      zone={zone}
      onPlayer={onPlayer}
      onOther={() => setAddress(undefined)}
    />
  )
}

type PlayedProps = Omit<StageProps, 'source'> & { address: string; onOther: () => void }

function Played({ address, audit, camera, lines, zone, onPlayer, onOther }: PlayedProps) {
  const { t } = useTranslation('accuracy')
  const video = useRef<HTMLVideoElement>(null)
  const from = Date.parse(audit.from)
  const [state, setState] = useState({ at: from, isPlaying: false, speed: 1, length: 0, isBroken: false })
  const now = () => from + (video.current?.currentTime ?? 0) * 1000
  const player: Player = {
    now,
    isPlaying: state.isPlaying,
    toggle: () => void (state.isPlaying ? video.current?.pause() : video.current?.play()),
    seek: (time) => {
      if (video.current) video.current.currentTime = Math.max(0, (time - from) / 1000)
    },
    speed: state.speed,
    setSpeed: (speed) => {
      if (video.current) video.current.playbackRate = speed
    },
  }
  usePlayer(player, onPlayer)
  const look = () => {
    const { current } = video
    if (!current) return
    const { paused, playbackRate, duration } = current
    setState({
      at: now(),
      isPlaying: !paused,
      speed: playbackRate,
      length: Number.isFinite(duration) ? duration : 0,
      isBroken: current.error !== null,
    })
  }
  return (
    <>
      {state.isBroken && <Note look="warn">{t('mark.brokenFile')}</Note>}
      <Frame camera={camera} lines={lines}>
        {/* It has no words that captions could show. */}
        <video
          ref={video}
          src={address}
          muted
          playsInline
          aria-label={t('mark.picture', { camera: camera?.name ?? audit.camera })}
          onTimeUpdate={look}
          onPlay={look}
          onPause={look}
          onRateChange={look}
          onLoadedMetadata={look}
          onSeeked={look}
          onError={look}
        />
      </Frame>
      <Transport
        player={player}
        at={state.at}
        from={from}
        until={from + Math.max(1, state.length) * 1000}
        zone={zone}
      />
      <Button small look="quiet" onPress={onOther}>
        {t('mark.otherFile')}
      </Button>
    </>
  )
}
