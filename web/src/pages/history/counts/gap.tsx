import { useTranslation } from 'react-i18next'

import type { Schema } from '@/api'
import type { Column } from '@/parts/Table'
import { DateTime, Length } from '@/parts/Time'

import type { Camera, Place } from '../data/usePlace'

type Event = Schema<'Event'>

/** A stretch in which a camera was not watched; one that still goes on has no end. */
export interface Gap {
  id: string
  camera: string
  from: string
  until: string | undefined
  reason: string
  detail: string | undefined
}

const REASONS = ['offline', 'frozen', 'overload', 'restart', 'configuration'] as const
const isReason = (text: string): text is (typeof REASONS)[number] =>
  (REASONS as readonly string[]).includes(text)

/** A gap is told when it is over; until then the camera's state says that there is one. */
export function openGaps(cameras: readonly Camera[], chosen: readonly string[]): Gap[] {
  return cameras
    .filter(({ id }) => chosen.length === 0 || chosen.includes(id))
    .flatMap((camera) => {
      if (!('since' in camera)) return []
      const { id, state, since, reason } = camera
      return [{ id: `now ${id}`, camera: id, from: since, until: undefined, reason: state, detail: reason }]
    })
}

export const lengthOf = ({ from, until }: Gap, now: Date) =>
  Math.max(0, ((until ? Date.parse(until) : now.getTime()) - Date.parse(from)) / 1000)

export function gapOf({ id, camera, time, from, until, reason, detail }: Event): Gap {
  return { id, camera, from: from ?? time, until: until ?? time, reason: reason ?? '', detail }
}

/** The columns of a table of gaps. */
export function useGapColumns(place: Place, now: Date): Column<Gap>[] {
  const { t } = useTranslation('history')
  return [
    { key: 'camera', title: t('gaps.camera'), cell: (gap) => place.cameraName(gap.camera) },
    { key: 'from', title: t('gaps.from'), cell: (gap) => <DateTime time={gap.from} zone={place.zone} /> },
    {
      key: 'until',
      title: t('gaps.until'),
      cell: (gap) => (gap.until ? <DateTime time={gap.until} zone={place.zone} /> : t('gaps.stillOn')),
      wide: true,
    },
    {
      key: 'length',
      title: t('gaps.length'),
      numeric: true,
      cell: (gap) => <Length seconds={lengthOf(gap, now)} />,
    },
    {
      key: 'reason',
      title: t('gaps.reason'),
      cell: (gap) => (
        <span title={gap.detail}>{isReason(gap.reason) ? t(`gaps.${gap.reason}`) : gap.reason}</span>
      ),
    },
  ]
}
