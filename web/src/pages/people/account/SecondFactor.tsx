import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Badge } from '@/parts/Badge'
import { Button } from '@/parts/Button'
import { Card } from '@/parts/Page'
import { toast } from '@/parts/toasts'

import css from '../people.module.css'
import { SESSION, USERS } from '../users/data'
import { EndFactor } from './EndFactor'
import { RenewCodes } from './RenewCodes'
import { SetUpFactor } from './SetUpFactor'

type Doing = 'setUp' | 'renew' | 'end'

/** The app that shows one-time codes. */
export function SecondFactor({ isOn }: { isOn: boolean }) {
  const { t } = useTranslation('people')
  const client = useQueryClient()
  const [doing, setDoing] = useState<Doing>()
  const refresh = () =>
    client.invalidateQueries({ predicate: ({ queryKey: [path] }) => path === SESSION || path === USERS })
  const close = () => setDoing(undefined)
  const changed = (text: string) => {
    close()
    toast(text)
    void refresh()
  }
  return (
    <Card title={t('account.factor.title')} about={isOn ? t('account.factor.on') : t('account.factor.off')}>
      <div className={css.buttons}>
        <Badge mood={isOn ? 'good' : 'idle'}>
          {isOn ? t('account.factor.isOn') : t('account.factor.isOff')}
        </Badge>
        {!isOn && (
          <Button icon="lock" onPress={() => setDoing('setUp')}>
            {t('account.factor.begin')}
          </Button>
        )}
        {isOn && (
          <>
            <Button icon="key" onPress={() => setDoing('renew')}>
              {t('account.factor.renew')}
            </Button>
            <Button onPress={() => setDoing('end')}>{t('account.factor.end')}</Button>
          </>
        )}
      </div>
      {doing === 'setUp' && (
        <SetUpFactor onClose={close} onDone={() => changed(t('account.factor.inForce'))} />
      )}
      {doing === 'renew' && <RenewCodes onClose={close} />}
      {doing === 'end' && <EndFactor onClose={close} onDone={() => changed(t('account.factor.ended'))} />}
    </Card>
  )
}
