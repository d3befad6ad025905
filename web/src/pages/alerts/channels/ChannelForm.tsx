import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'

import { answered, api, ifMatch } from '@/api'
import { useAuth } from '@/app/auth'
import { mayAt } from '@/app/rights'
import { Button } from '@/parts/Button'
import { Choices, Switch } from '@/parts/Choice'
import { useVersioned } from '@/parts/conflict'
import { Actions } from '@/parts/Dialog'
import { Form, useForm } from '@/parts/Form'
import { Card } from '@/parts/Page'
import { useSites } from '@/parts/places'
import { Secret } from '@/parts/Secret'
import { Select } from '@/parts/Select'
import { TextField } from '@/parts/TextField'
import { toast } from '@/parts/toasts'

import { CHANNELS, readChannel } from '../data'
import type { KeptChannel } from '../types'
import css from './channels.module.css'
import { channelDraft, channelErrors, channelOf, RECEIVERS, type ChannelDraft } from './draft'
import { ReceiverFields } from './ReceiverFields'

const BACK = '/alerts?tab=channels'

/** Who receives, and how. A secret that the server has made is shown once before the form is left. */
export function ChannelForm({ site, kept }: { site: string; kept?: KeptChannel }) {
  const { t } = useTranslation('alerts')
  const { t: common } = useTranslation()
  const [, navigate] = useLocation()
  const client = useQueryClient()
  const { rights } = useAuth()
  const { sites } = useSites()
  const form = useForm(['name', 'site', 'receiver', 'secret'])
  const [draft, setDraft] = useState(() => channelDraft(site, kept))
  const [tried, setTried] = useState(false)
  const [made, setMade] = useState<string>()
  const own = sites.filter((one) => mayAt(rights, 'operator', one.id))
  const errors = channelErrors(draft, draft.kind !== kept?.receiver.kind)
  const change = (one: Partial<ChannelDraft>) => setDraft((before) => ({ ...before, ...one }))

  const refresh = () =>
    client.invalidateQueries({
      predicate: ({ queryKey: [path] }) => (path as string).startsWith(CHANNELS),
    })
  const leave = () => {
    toast(t('channel.saved', { name: draft.name.trim() }))
    navigate(BACK)
  }
  const versioned = useVersioned<KeptChannel>({
    read: () => readChannel(kept?.id ?? ''),
    write: (version) =>
      answered(
        api.PUT('/api/v1/channels/{id}', {
          params: { path: { id: kept?.id ?? '' }, header: ifMatch(version) },
          body: channelOf(draft),
        }),
      ),
    mine: () => ({ ...channelOf(draft), secret: undefined }),
    onSaved: () => void refresh().then(leave),
    onTake: (theirs) => {
      client.setQueryData(['/api/v1/channels/{id}', { path: { id: theirs.id } }], theirs)
      setDraft(channelDraft(site, theirs))
    },
  })
  const send = async () => {
    if (kept) return await versioned.save(kept.version)
    const { secret } = await answered(api.POST('/api/v1/channels', { body: channelOf(draft) }))
    await refresh()
    if (secret) setMade(secret)
    else leave()
  }

  return (
    <div className={css.form}>
      <Form
        label={kept?.name ?? t('channel.new')}
        problem={form.problem}
        onSubmit={() => {
          setTried(true)
          if (Object.keys(errors).length === 0) form.submit(send)()
        }}
      >
        <Card>
          <TextField
            label={t('channel.name')}
            value={draft.name}
            onChange={(name) => change({ name })}
            error={tried && errors.name ? t('channel.error.name') : form.errorOf('name')}
            autoFocus={!kept}
          />
          {own.length > 1 && (
            <Select
              label={t('site')}
              options={own.map(({ id, name }) => ({ value: id, label: name }))}
              value={draft.site}
              onChange={(chosen) => change({ site: chosen })}
            />
          )}
          <Choices
            label={t('channel.kind')}
            options={RECEIVERS.map((value) => ({
              value,
              label: t(`channels.kinds.${value}`),
              about: t(`channels.kindsAbout.${value}`),
            }))}
            value={draft.kind}
            onChange={(kind) => change({ kind })}
          />
        </Card>
        <Card title={t(`channels.kinds.${draft.kind}`)}>
          <ReceiverFields
            draft={draft}
            change={change}
            isKept={draft.kind === kept?.receiver.kind}
            error={(field) =>
              tried && errors[field]
                ? t(`channel.error.${field}`)
                : form.errorOf(field === 'secret' ? 'secret' : 'receiver')
            }
          />
          <Switch
            isSelected={draft.enabled}
            onChange={(enabled) => change({ enabled })}
            about={t('channel.enabledAbout')}
          >
            {t('channel.enabled')}
          </Switch>
        </Card>
        <Actions>
          <Button onPress={() => navigate(BACK)}>{common('do.cancel')}</Button>
          <Button type="submit" look="primary" isPending={form.pending}>
            {common('do.save')}
          </Button>
        </Actions>
      </Form>
      {versioned.dialog}
      <Secret
        title={t('channel.secretTitle', { name: draft.name.trim() })}
        label={t('channel.secret.web_hook')}
        value={made}
        onClose={leave}
      >
        {t('channel.secretOnce')}
      </Secret>
    </div>
  )
}
