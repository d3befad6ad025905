import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { answered, api, useChange } from '@/api'
import { Button } from '@/parts/Button'
import { ConfirmDialog } from '@/parts/Dialog'
import { formatLength, formatTime } from '@/parts/format'
import { Menu, type Item } from '@/parts/Menu'
import { useProblemWords } from '@/parts/ProblemText'
import { toast } from '@/parts/toasts'

import { ALERTS } from '../data'
import type { Alert } from '../types'
import css from './now.module.css'

const HOUR_S = 3600
const SILENCES_S = [HOUR_S, 4 * HOUR_S, 24 * HOUR_S]

/** Takes care of an alert. */
export function AlertActions({ alert, zone, now }: { alert: Alert; zone: string; now: number }) {
  const { t, i18n } = useTranslation('alerts')
  const [resolving, setResolving] = useState(false)
  const words = useProblemWords()
  const params = { path: { id: alert.id } }
  const failed = {
    onError: (problem: Parameters<typeof words>[0]) => toast(words(problem).summary, { look: 'failed' }),
  }

  const acknowledge = useChange(
    () => answered(api.POST('/api/v1/alerts/{id}/acknowledge', { params })),
    [ALERTS],
  )
  const resolve = useChange(() => answered(api.POST('/api/v1/alerts/{id}/resolve', { params })), [ALERTS])
  const silence = useChange(
    (until: string | null) => answered(api.POST('/api/v1/alerts/{id}/silence', { params, body: { until } })),
    [ALERTS],
  )

  const until = (silenced: string | null) => {
    const before = alert.silenced_until ?? null
    silence.mutate(silenced, {
      ...failed,
      onSuccess: () => {
        const text = silenced
          ? t('now.silencedToast', { time: formatTime(silenced, 'short', i18n.language, zone) })
          : t('now.unsilencedToast')
        toast(text, { undo: () => silence.mutate(before, failed) })
      },
    })
  }
  const isSilenced = alert.silenced_until && Date.parse(alert.silenced_until) > now
  const lift: Item[] = isSilenced
    ? [{ key: 'lift', title: t('now.unsilence'), icon: 'play', onAction: () => until(null) }]
    : []
  const silences = SILENCES_S.map((seconds) => ({
    key: `${seconds}`,
    title: t('now.silenceFor', { time: formatLength(seconds, i18n.language) }),
    onAction: () => until(new Date(Date.now() + seconds * 1000).toISOString()),
  }))

  return (
    <div className={css.actions} role="group" aria-label={t('now.actions', { name: alert.name })}>
      {!alert.acknowledged && (
        <Button
          small
          look="primary"
          icon="check"
          isPending={acknowledge.isPending}
          onPress={() =>
            acknowledge.mutate(undefined, { ...failed, onSuccess: () => toast(t('now.acknowledgedToast')) })
          }
        >
          {t('now.acknowledge')}
        </Button>
      )}
      <Menu label={t('now.silence')} items={[...lift, ...silences]}>
        <Button small icon="pause" isPending={silence.isPending}>
          {t('now.silence')}
        </Button>
      </Menu>
      <Button small look="quiet" onPress={() => setResolving(true)}>
        {t('now.resolve')}
      </Button>
      <ConfirmDialog
        title={t('now.resolveTitle')}
        action={t('now.resolve')}
        isOpen={resolving}
        onClose={() => setResolving(false)}
        onConfirm={async () => {
          await resolve.mutateAsync()
          toast(t('now.resolvedToast'))
        }}
      >
        <p>{t('now.resolveAbout')}</p>
      </ConfirmDialog>
    </div>
  )
}
