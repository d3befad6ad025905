import { useTranslation } from 'react-i18next'

import { MultiSelect } from '@/parts/MultiSelect'
import { Note } from '@/parts/State'
import { TextField } from '@/parts/TextField'

import { hasSecret, type ChannelDraft } from './draft'

const EVENTS = [
  'crossing',
  'turned_back',
  'passed_by',
  'zone_enter',
  'zone_leave',
  'gap',
  'correction',
] as const

interface ReceiverProps {
  draft: ChannelDraft
  change: (change: Partial<ChannelDraft>) => void
  /** Whether there is a secret already. */
  isKept: boolean
  error: (field: 'url' | 'to' | 'chat' | 'secret') => string | undefined
}

/** What a kind of receiver asks for. */
export function ReceiverFields({ draft, change, isKept, error }: ReceiverProps) {
  const { t } = useTranslation('alerts')
  const { kind } = draft
  const secretHelp = () => {
    if (isKept) return t('channel.secretKept')
    return kind === 'web_hook' ? t('channel.secretMade') : t('channel.secretSealed')
  }
  return (
    <>
      {kind === 'web_hook' && (
        <>
          <TextField
            label={t('channel.url')}
            help={t('channel.urlHelp')}
            type="url"
            inputMode="url"
            value={draft.url}
            onChange={(url) => change({ url })}
            placeholder="https://"
            error={error('url')}
          />
          <MultiSelect
            label={t('channel.events')}
            options={EVENTS.map((value) => ({ value, label: t(`channel.kindsOfEvents.${value}`) }))}
            value={EVENTS.filter((event) => draft.events.includes(event))}
            onChange={(events) => change({ events })}
            all={t('channel.eventsNone')}
            several={(count) => t('channel.eventsSeveral', { count })}
          />
        </>
      )}
      {kind === 'email' && (
        <>
          <TextField
            label={t('channel.to')}
            help={t('channel.toHelp')}
            rows={3}
            value={draft.to}
            onChange={(to) => change({ to })}
            error={error('to')}
          />
          <Note>{t('channel.mailNeeded')}</Note>
        </>
      )}
      {kind === 'mqtt' && <Note>{t('channel.mqttNeeded')}</Note>}
      {kind === 'telegram' && (
        <TextField
          label={t('channel.chat')}
          help={t('channel.chatHelp')}
          value={draft.chat}
          onChange={(chat) => change({ chat })}
          error={error('chat')}
        />
      )}
      {hasSecret(kind) && (
        <TextField
          label={t(`channel.secret.${kind}`)}
          help={secretHelp()}
          optional={isKept || kind === 'web_hook'}
          type="password"
          autoComplete="off"
          value={draft.secret}
          onChange={(secret) => change({ secret })}
          error={error('secret')}
        />
      )}
    </>
  )
}
