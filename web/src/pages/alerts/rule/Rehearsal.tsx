import { useTranslation } from 'react-i18next'

import { formatNumber, formatTime } from '@/parts/format'
import { useSites } from '@/parts/places'
import { ProblemText } from '@/parts/ProblemText'
import { Loading } from '@/parts/State'

import type { Episode } from '../rehearse'
import type { Rule } from '../types'
import css from './rule.module.css'
import { Curve } from './Curve'
import { useRehearsal } from './useRehearsal'

const SHOWN = 5

/** What a rule would have said in the last day, so that a limit can be chosen before it wakes anybody. */
export function Rehearsal({ rule, isRight }: { rule: Rule; isRight: boolean }) {
  const { t, i18n } = useTranslation('alerts')
  const { data, canAsk, error, isFetching } = useRehearsal(rule, isRight)
  if (!canAsk) return <p className={css.help}>{t('rehearsal.unavailable')}</p>
  if (error) return <ProblemText problem={error} />
  if (!data)
    return isFetching ? <Loading lines={2} /> : <p className={css.help}>{t('rehearsal.unwatchedAll')}</p>

  const { episodes, readings, limit } = data
  const unknown = readings.filter(({ value }) => value === undefined).length
  if (readings.length > 0 && unknown === readings.length) {
    return <p className={css.help}>{t('rehearsal.unwatchedAll')}</p>
  }
  const share = unknown / Math.max(readings.length, 1)
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 0 })
  return (
    <>
      <p className={css.headline} role="status">
        {episodes.length ? t('rehearsal.count', { count: episodes.length }) : t('rehearsal.none')}
      </p>
      {readings.length > 1 && limit !== undefined && <Curve readings={readings} limit={limit} />}
      {episodes.length > 0 && (
        <ul className={css.episodes}>
          {episodes.slice(-SHOWN).map((episode) => (
            <li key={episode.from}>
              <When episode={episode} site={rule.site} />
            </li>
          ))}
          {episodes.length > SHOWN && <li>{t('rehearsal.more', { count: episodes.length - SHOWN })}</li>}
        </ul>
      )}
      <p className={css.help}>
        {t('rehearsal.last')} {share >= 0.01 && t('rehearsal.unwatched', { share: percent.format(share) })}
      </p>
      {limit !== undefined && (
        <p className={css.help}>
          {t('rehearsal.limit')}: {formatNumber(limit, i18n.language, 2)}
        </p>
      )}
    </>
  )
}

function When({ episode, site }: { episode: Episode; site: string }) {
  const { t, i18n } = useTranslation('alerts')
  const { zoneOf } = useSites()
  const clock = (time: number) => formatTime(new Date(time), 'short', i18n.language, zoneOf(site))
  const from = clock(episode.from)
  if (episode.until === undefined) return t('rehearsal.going', { from })
  return t('rehearsal.from', { from, until: clock(episode.until) })
}
