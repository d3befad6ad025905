import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { read, type Schema } from '@/api'
import { formatTime } from '@/parts/format'
import { Num } from '@/parts/Time'

import css from './Wall.module.css'

/** How many are inside now, at the sites whose entrances are known. */
export function Occupancy({ sites }: { sites: readonly Schema<'Site'>[] }) {
  const { t, i18n } = useTranslation('live')
  const now = useQuery({ ...read('/api/v1/occupancy'), refetchInterval: 5_000 })
  if (!now.data || now.data.sites.length === 0) return null
  return (
    <section className={css.occupancy} aria-label={t('occupancy')}>
      {now.data.sites.map(({ site, occupancy, since }) => {
        const place = sites.find(({ id }) => id === site)
        const time = formatTime(since, 'time', i18n.language, place?.time_zone ?? 'UTC')
        return (
          <div key={site} className={css.site}>
            <span>{place?.name ?? site}</span>
            <strong>
              <Num value={occupancy} />
            </strong>
            <span>
              {t('inside')} · {t('since', { time })}
            </span>
          </div>
        )
      })}
    </section>
  )
}
