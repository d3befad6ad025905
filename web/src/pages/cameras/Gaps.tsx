import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { read, type Schema } from '@/api'
import { DateTime, Length } from '@/parts/Time'

import css from './Gaps.module.css'

const DAY_MS = 86_400_000

/** When the camera was not watched in the last 24 hours. */
export function Gaps({ camera, zone }: { camera: Schema<'CameraView'>; zone: string }) {
  const { t } = useTranslation('cameras')
  const [stretch] = useState(() => ({
    from: new Date(Date.now() - DAY_MS).toISOString(),
    until: new Date(Date.now() + DAY_MS).toISOString(),
  }))
  const query = { camera: camera.id, ...stretch, limit: 10 }
  const gaps = useQuery({ ...read('/api/v1/gaps', { params: { query } }), refetchInterval: 30_000 })
  if (!gaps.data) return null
  return (
    <div>
      <h3>{t('gaps.title')}</h3>
      {gaps.data.items.length === 0 && <p className={css.none}>{t('gaps.none')}</p>}
      <ul className={css.list}>
        {gaps.data.items.map(
          (gap) =>
            gap.from &&
            gap.until && (
              <li key={gap.id} className={css.gap}>
                <span className={css.hatch} aria-hidden="true" />
                <span>
                  <DateTime time={gap.from} zone={zone} /> · <Length seconds={seconds(gap.from, gap.until)} />
                  {gap.reason && ` · ${t(`gaps.${gap.reason}`)}`}
                </span>
              </li>
            ),
        )}
      </ul>
    </div>
  )
}

const seconds = (from: string, until: string) => (Date.parse(until) - Date.parse(from)) / 1000
