import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { problemOf } from '@/api'
import { Icon } from '@/parts/Icon'

import css from './OfflineBanner.module.css'

/** Says that the server cannot be reached, as long as the newest question had no answer. */
export function OfflineBanner() {
  const { t } = useTranslation()
  const isAway = useIsAway()
  return (
    <div role="status" className={css.region}>
      {isAway && (
        <p className={css.banner}>
          <Icon name="offline" />
          <span>
            <strong>{t('offline.title')}</strong> {t('offline.about')}
          </span>
        </p>
      )}
    </div>
  )
}

function useIsAway(): boolean {
  const client = useQueryClient()
  const [isAway, setAway] = useState(false)
  useEffect(() => {
    const away = () => setAway(true)
    window.addEventListener('offline', away)
    const forget = client.getQueryCache().subscribe((event) => {
      if (event.type !== 'updated') return
      const { action } = event
      if (action.type === 'success') setAway(false)
      else if (action.type === 'failed' || action.type === 'error') {
        const { code } = problemOf(action.error)
        setAway(code === 'offline' || code === 'unreadable')
      }
    })
    return () => {
      window.removeEventListener('offline', away)
      forget()
    }
  }, [client])
  return isAway
}
