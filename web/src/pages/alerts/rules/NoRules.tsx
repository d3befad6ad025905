import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { useAuth } from '@/app/auth'
import { maySomewhere } from '@/app/rights'
import { EmptyState } from '@/parts/State'

import { TEMPLATES } from '../templates'
import css from './rules.module.css'

/** There is no rule yet: offers some to begin with. */
export function NoRules() {
  const { t } = useTranslation('alerts')
  const { rights } = useAuth()
  const mayMake = maySomewhere(rights, 'operator')
  return (
    <div className={css.none}>
      <EmptyState icon="alert" title={t('rules.none')}>
        {t('rules.noneAbout')} {mayMake && t('rules.begin')}
      </EmptyState>
      {mayMake && (
        <ul className={css.templates}>
          {TEMPLATES.map((template) => (
            <li key={template}>
              <Link to={`/alerts/rules/new?template=${template}`} className={css.template}>
                <strong>{t(`rules.templates.${template}`)}</strong>
                <span>{t(`rules.templates.${template}About`)}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
