import { useTranslation } from 'react-i18next'

import type { Schema } from '@/api'

import { Badge, type Mood } from './Badge'
import { formatTime } from './format'

type CameraView = Schema<'CameraView'>
export type StateName = CameraView['state']

const MOODS: Record<StateName, Mood> = {
  counting: 'good',
  connecting: 'idle',
  stopped: 'idle',
  overloaded: 'warn',
  frozen: 'bad',
  offline: 'bad',
  failed: 'bad',
}

/** What a camera does, since when, and why; the server's own words for what to do. */
export function stateOf(camera: CameraView): { state: StateName; since?: string; reason?: string } {
  const { state } = camera
  return {
    state,
    ...('since' in camera ? { since: camera.since } : {}),
    ...('reason' in camera ? { reason: camera.reason } : {}),
  }
}

/** A camera's state in a word, and since when it is so. */
export function CameraState({ camera, zone }: { camera: CameraView; zone: string }) {
  const { t, i18n } = useTranslation()
  const { state, since } = stateOf(camera)
  const word = t(`state.${state}`)
  return (
    <Badge mood={MOODS[state]}>
      {since
        ? t('state.since', { state: word, time: formatTime(since, 'short', i18n.language, zone) })
        : word}
    </Badge>
  )
}
