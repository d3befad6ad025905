import { useTranslation } from 'react-i18next'

import { LANGUAGES, setLanguage, type Language } from '../i18n'
import css from './Door.module.css'

export function Languages() {
  const { t, i18n } = useTranslation()
  return (
    <label>
      <span className="unseen">{t('language')}</span>
      <select
        className={css.language}
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
  )
}
