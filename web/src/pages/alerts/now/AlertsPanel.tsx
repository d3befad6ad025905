import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { read } from '@/api'
import { useAuth } from '@/app/auth'
import { maySomewhere } from '@/app/rights'
import { LinkButton } from '@/parts/Button'
import { EmptyState, ErrorState, Loading } from '@/parts/State'

import { useRules } from '../data'
import { AlertCard } from './AlertCard'
import css from './now.module.css'
import { Earlier } from './Earlier'

const REFRESH_MS = 5_000

/** What there is to take care of, and below it what there was. */
export function AlertsPanel() {
  const { t } = useTranslation('alerts')
  const open = useQuery({
    ...read('/api/v1/alerts', { params: { query: { open: true, limit: 1000 } } }),
    refetchInterval: REFRESH_MS,
  })
  return (
    <div className={css.panel}>
      <section className={css.now} aria-labelledby="alerts-now">
        <h2 id="alerts-now">{t('now.title')}</h2>
        {open.isError && !open.data && <ErrorState error={open.error} retry={() => void open.refetch()} />}
        {open.isPending && <Loading lines={3} />}
        {open.data?.items.length === 0 && <Calm />}
        {open.data && open.data.items.length > 0 && (
          <ul className={css.list}>
            {open.data.items.map((alert) => (
              <li key={alert.id}>
                <AlertCard alert={alert} />
              </li>
            ))}
          </ul>
        )}
      </section>
      <Earlier />
    </div>
  )
}

/** There is no alert: because all is well, or because no rule looks. */
function Calm() {
  const { t } = useTranslation('alerts')
  const { rights } = useAuth()
  const { rules, isPending } = useRules()
  const unwatched = !isPending && rules.length === 0
  return (
    <EmptyState
      icon={unwatched ? 'alert' : 'check'}
      title={t('now.none')}
      action={
        unwatched &&
        maySomewhere(rights, 'operator') && (
          <LinkButton look="primary" to="/alerts?tab=rules">
            {t('now.makeRule')}
          </LinkButton>
        )
      }
    >
      {unwatched ? t('now.noRules') : t('now.noneAbout')}
    </EmptyState>
  )
}
