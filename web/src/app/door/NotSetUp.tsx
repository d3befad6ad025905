import { useTranslation } from 'react-i18next'

import css from './Door.module.css'
import { Title } from './Title'

/** There is no administrator yet: says where the link is that makes the first one. */
export function NotSetUp() {
  const { t } = useTranslation('sign')
  return (
    <>
      <Title title={t('notSetUp.title')} about={t('notSetUp.about')} />
      <p className={css.example}>{location.origin}/setup#ctly_…</p>
      <p>{t('notSetUp.where')}</p>
    </>
  )
}
