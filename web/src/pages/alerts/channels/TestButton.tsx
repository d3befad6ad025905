import { useTranslation } from 'react-i18next'

import { answered, api, useChange } from '@/api'
import { Button } from '@/parts/Button'
import { Icon } from '@/parts/Icon'
import { ProblemText } from '@/parts/ProblemText'

import type { KeptChannel } from '../types'
import css from './channels.module.css'

/** Sends a test at once, and says how it went. */
export function TestButton({ channel }: { channel: KeptChannel }) {
  const { t } = useTranslation('alerts')
  const test = useChange(() =>
    answered(api.POST('/api/v1/channels/{id}/test', { params: { path: { id: channel.id } } })),
  )
  return (
    <div className={css.test}>
      <Button
        small
        isPending={test.isPending}
        aria-label={t('channels.testOf', { name: channel.name })}
        onPress={() => test.mutate()}
      >
        {t('channels.test')}
      </Button>
      <div role="status" className={css.result}>
        {test.data?.delivered === true && (
          <p className={css.good}>
            <Icon name="check" size={15} /> {t('channels.testOk')}
          </p>
        )}
        {test.data?.delivered === false && (
          <p className={css.bad}>
            <Icon name="error" size={15} />
            <span>
              {t('channels.testFailed')}: <span lang="en">{test.data.reason}</span>
            </span>
          </p>
        )}
      </div>
      {test.error && <ProblemText problem={test.error} />}
    </div>
  )
}
