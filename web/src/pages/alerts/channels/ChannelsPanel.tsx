import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { answered, api, ifMatch, useChange } from '@/api'
import { Badge } from '@/parts/Badge'
import { Button, LinkButton } from '@/parts/Button'
import { ConfirmDialog } from '@/parts/Dialog'
import { useSites } from '@/parts/places'
import { EmptyState, ErrorState, Loading } from '@/parts/State'
import { Table, type Column } from '@/parts/Table'
import { toast } from '@/parts/toasts'

import { CHANNELS, DELIVERIES, useChannels, useRules } from '../data'
import type { KeptChannel } from '../types'
import css from './channels.module.css'
import { receives } from './receives'
import { TestButton } from './TestButton'

/** Who is told. */
export function ChannelsPanel() {
  const { t } = useTranslation('alerts')
  const { sites, nameOf } = useSites()
  const { channels, isPending, error, refetch } = useChannels()
  const [deleting, setDeleting] = useState<KeptChannel>()
  if (error) return <ErrorState error={error} retry={() => void refetch()} />
  if (isPending) return <Loading />
  if (channels.length === 0) {
    return (
      <EmptyState
        icon="alert"
        title={t('channels.none')}
        action={
          <LinkButton look="primary" icon="add" to="/alerts/channels/new">
            {t('channels.make')}
          </LinkButton>
        }
      >
        {t('channels.noneAbout')}
      </EmptyState>
    )
  }
  const columns: Column<KeptChannel>[] = [
    {
      key: 'name',
      title: t('channels.name'),
      cell: ({ id, name, receiver }) => (
        <div className={css.channel}>
          <Link to={`/alerts/channels/${id}`}>{name}</Link>
          <span className={css.goes}>
            {t(`channels.kinds.${receiver.kind}`)} {receives(receiver)}
          </span>
        </div>
      ),
    },
    ...(sites.length > 1
      ? [{ key: 'site', title: t('site'), wide: true, cell: (channel: KeptChannel) => nameOf(channel.site) }]
      : []),
    {
      key: 'state',
      title: t('channels.state'),
      wide: true,
      cell: ({ enabled }) => (
        <Badge mood={(enabled ?? true) ? 'good' : 'idle'}>
          {(enabled ?? true) ? t('channels.on') : t('channels.off')}
        </Badge>
      ),
    },
    {
      key: 'test',
      title: t('channels.test'),
      hideTitle: true,
      cell: (channel) => <TestButton channel={channel} />,
    },
    {
      key: 'actions',
      title: t('channels.deliveries'),
      hideTitle: true,
      cell: ({ id, ...channel }) => (
        <div className={css.actions}>
          <LinkButton small look="quiet" to={`/alerts?tab=deliveries&channel=${id}`}>
            {t('channels.deliveries')}
          </LinkButton>
          <Button
            small
            look="quiet"
            icon="delete"
            aria-label={t('channels.delete', { name: channel.name })}
            onPress={() => setDeleting({ id, ...channel })}
          />
        </div>
      ),
    },
  ]
  return (
    <>
      <Table label={t('tabs.channels')} columns={columns} rows={channels} rowKey={({ id }) => id} />
      {deleting && <DeleteDialog channel={deleting} onClose={() => setDeleting(undefined)} />}
    </>
  )
}

/** Its secret cannot be had again, so its name is asked for. */
function DeleteDialog({ channel, onClose }: { channel: KeptChannel; onClose: () => void }) {
  const { t, i18n } = useTranslation('alerts')
  const { rules } = useRules()
  const remove = useChange(
    () =>
      answered(
        api.DELETE('/api/v1/channels/{id}', {
          params: { path: { id: channel.id }, header: ifMatch(channel.version) },
        }),
      ),
    [CHANNELS, DELIVERIES],
  )
  const telling = rules.filter((rule) =>
    [rule.channels ?? [], ...(rule.escalation ?? []).map((step) => step.channels)]
      .flat()
      .includes(channel.id),
  )
  const names = new Intl.ListFormat(i18n.language).format(telling.map(({ name }) => name))
  return (
    <ConfirmDialog
      title={t('channels.deleteTitle')}
      action={t('channels.deleteAction')}
      name={channel.name}
      isOpen
      onClose={onClose}
      onConfirm={async () => {
        await remove.mutateAsync()
        toast(t('channels.deleted', { name: channel.name }))
      }}
    >
      <p>{t('channels.deleteAbout')}</p>
      {telling.length > 0 && <p>{t('channels.deleteUsed', { count: telling.length, names })}</p>}
    </ConfirmDialog>
  )
}
