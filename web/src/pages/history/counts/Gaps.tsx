import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { list, type Schema } from '@/api'
import { Card } from '@/parts/Page'
import { ErrorState } from '@/parts/State'
import { More, Table, type Column } from '@/parts/Table'
import { DateTime, Length } from '@/parts/Time'

import { borders } from '../data/useCounts'
import type { PaneProps } from '../data/pane'
import type { Camera } from '../data/usePlace'
import { filterOf } from '../view'

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
    .flatMap(({ id, state, since, reason }) =>
      since
        ? [{ id: `now ${id}`, camera: id, from: since, until: undefined, reason: state, detail: reason }]
        : [],
    )
}

/** When and why nobody looked. */
export function Gaps({ view, place, span, now }: Pick<PaneProps, 'view' | 'place' | 'span' | 'now'>) {
  const { t } = useTranslation('history')
  const { site, camera } = filterOf(view)
  const query = { ...borders(span), limit: 50, ...(site ? { site } : {}), ...(camera ? { camera } : {}) }
  const gaps = useInfiniteQuery(list('/api/v1/gaps', { params: { query } }))
  if (gaps.isError) return <ErrorState error={gaps.error} retry={() => void gaps.refetch()} />
  const open = span.until > now ? openGaps(place.cameras, view.cameras) : []
  const rows = [...open, ...(gaps.data?.pages ?? []).flatMap((page) => page.items.map(gapOf))]
  if (rows.length === 0) return null
  const columns: Column<Gap>[] = [
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
  return (
    <Card title={t('gaps.title')} about={t('gaps.about')}>
      <Table label={t('gaps.title')} columns={columns} rows={rows} rowKey={(gap) => gap.id} />
      {gaps.hasNextPage && (
        <More
          shown={rows.length}
          hasMore
          isLoading={gaps.isFetchingNextPage}
          onMore={() => void gaps.fetchNextPage()}
        />
      )}
    </Card>
  )
}

const lengthOf = ({ from, until }: Gap, now: Date) =>
  Math.max(0, ((until ? Date.parse(until) : now.getTime()) - Date.parse(from)) / 1000)

function gapOf({ id, camera, time, from, until, reason, detail }: Event): Gap {
  return { id, camera, from: from ?? time, until: until ?? time, reason: reason ?? '', detail }
}
