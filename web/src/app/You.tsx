import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'wouter'

import { answered, api, useChange } from '@/api'
import { classes } from '@/parts/classes'
import { Icon } from '@/parts/Icon'

import { useAuth } from './auth'
import { LANGUAGES, setLanguage, type Language } from './i18n'
import nav from './Navigation.module.css'
import { PAGES } from './pages'
import { setTheme, THEMES, useTheme, type Theme } from './theme'
import css from './You.module.css'

/** Who has signed in, and how they want the page. */
export function You() {
  const { t, i18n } = useTranslation()
  const { user } = useAuth()
  const [location] = useLocation()
  const client = useQueryClient()
  const chosen = useTheme()
  const leave = useChange(async () => {
    await answered(api.POST('/api/v1/auth/logout'))
    client.clear()
    window.location.assign('/')
  })
  const hasAccount = PAGES.some((page) => page.path === '/account')
  return (
    <section className={css.you} aria-label={t('user.menu')}>
      <div className={css.row}>
        <label>
          <span className="unseen">{t('language')}</span>
          <select
            className={css.pick}
            value={i18n.language}
            onChange={(event) => void setLanguage(event.target.value as Language)}
          >
            {Object.entries(LANGUAGES).map(([tag, name]) => (
              <option key={tag} value={tag} lang={tag}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span className="unseen">{t('theme.label')}</span>
          <select
            className={css.pick}
            value={chosen}
            onChange={(event) => setTheme(event.target.value as Theme)}
          >
            {THEMES.map((one) => (
              <option key={one} value={one}>
                {t(`theme.${one}`)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {user &&
        (hasAccount ? (
          <Link
            to="/account"
            className={classes(nav.item, location.startsWith('/account') && nav.here)}
            title={t('nav.account')}
          >
            <Icon name="user" />
            <span className={css.name}>{user.name}</span>
          </Link>
        ) : (
          <p className={css.who}>
            <Icon name="user" />
            <span className={css.name}>{user.name}</span>
          </p>
        ))}
      {user ? (
        <button type="button" className={nav.item} onClick={() => leave.mutate()}>
          <Icon name="arrow" />
          {t('do.signOut')}
        </button>
      ) : (
        <p className={css.note}>{t('user.open')}</p>
      )}
    </section>
  )
}
