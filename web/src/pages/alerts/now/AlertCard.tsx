import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { useAuth } from '@/app/auth'
import { mayAt } from '@/app/rights'
import { Icon, type IconName } from '@/parts/Icon'
import { useSites } from '@/parts/places'
import { DateTime, Length } from '@/parts/Time'
import { useNow } from '@/parts/useNow'

import { useRules } from '../data'
import { SeverityBadge } from '../Severity'
import { summaryInWords } from '../summary'
import type { Alert } from '../types'
import { useWords } from '../words'
import { AlertActions } from './AlertActions'
import css from './now.module.css'
import { useProgress } from './useProgress'

/** An alert that is not over: what it is, who knows of it, and what can be done. */
export function AlertCard({ alert }: { alert: Alert }) {
  const { t, i18n } = useTranslation('alerts')
  const { rights } = useAuth()
  const { rules } = useRules()
  const { sites, nameOf, zoneOf, oneZone } = useSites()
  const words = useWords()
  const now = useNow()
  const rule = rules.find((one) => one.id === alert.rule)
  const lines = useProgress(alert, rule, now)
  const zone = zoneOf(alert.site)
  const minutes = Math.floor((now - Date.parse(alert.started)) / 60_000)
  const where = [alert.subject && words.camera(alert.subject), sites.length > 1 && nameOf(alert.site)]
  return (
    <article className={css.card} data-severity={alert.severity} aria-label={alert.name}>
      <div className={css.head}>
        <SeverityBadge severity={alert.severity} />
        <h3>{rule ? <Link to={`/alerts/rules/${rule.id}`}>{alert.name}</Link> : alert.name}</h3>
        <span className={css.where}>{where.filter(Boolean).join(' · ')}</span>
        <span className={css.since}>
          <DateTime time={alert.started} zone={zone} withZone={!oneZone} />
          {minutes > 0 && (
            <>
              {' · '}
              <Length seconds={minutes * 60} />
            </>
          )}
        </span>
      </div>
      <p>{summaryInWords(alert.summary, t, i18n.language, words.camera)}</p>
      <ul className={css.progress}>
        {lines.map(({ icon, text }) => (
          <Line key={text} icon={icon} text={text} />
        ))}
      </ul>
      {mayAt(rights, 'operator', alert.site) && <AlertActions alert={alert} zone={zone} now={now} />}
    </article>
  )
}

function Line({ icon, text }: { icon: IconName; text: string }) {
  return (
    <li>
      <Icon name={icon} size={15} />
      {text}
    </li>
  )
}
