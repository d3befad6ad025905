import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { answered, api, list, read, useChange, type Schema } from '@/api'
import { Badge } from '@/parts/Badge'
import { Button } from '@/parts/Button'
import { Checkbox } from '@/parts/Choice'
import { ConfirmDialog } from '@/parts/Dialog'
import { EmptyState, ErrorState, Loading } from '@/parts/State'
import { More, Table, type Column } from '@/parts/Table'
import { DateTime } from '@/parts/Time'
import { toast } from '@/parts/toasts'
import { useNow } from '@/parts/useNow'

import { stateOf } from '../life'
import css from '../people.module.css'
import { Roles } from '../Roles'
import { HERE } from '../time'
import { NewToken } from './NewToken'

export const TOKENS = '/api/v1/tokens'
type Token = Schema<'TokenView'>

const MOODS = { good: 'good', expired: 'idle', revoked: 'idle' } as const

/** Tokens of programs: one's own, or everybody's. */
export function TokensPanel({ everybody = false }: { everybody?: boolean }) {
  const { t } = useTranslation('people')
  const now = useNow()
  const [isMaking, setMaking] = useState(false)
  const [revoking, setRevoking] = useState<Token>()
  const [withEnded, setWithEnded] = useState(false)
  const query = useInfiniteQuery(
    list('/api/v1/tokens', { params: { query: { all: everybody, limit: 100 } } }),
  )
  const users = useQuery({
    ...read('/api/v1/users', { params: { query: { limit: 1000 } } }),
    enabled: everybody,
  })
  if (query.isError && !query.data)
    return <ErrorState error={query.error} retry={() => void query.refetch()} />
  if (!query.data) return <Loading />

  const all = query.data.pages.flatMap((page) => page.items)
  const shown = withEnded ? all : all.filter((token) => stateOf(token, now) === 'good')
  const ownerOf = ({ owner }: Token) => users.data?.items.find(({ id }) => id === owner)?.name ?? '–'
  const columns: Column<Token>[] = [
    {
      key: 'name',
      title: t('tokens.name'),
      cell: ({ name, prefix }) => (
        <div className={css.person}>
          {name}
          <span>
            <code>{prefix}…</code>
          </span>
        </div>
      ),
    },
    ...(everybody ? [{ key: 'owner', title: t('tokens.owner'), wide: true, cell: ownerOf }] : []),
    { key: 'scopes', title: t('tokens.scopes'), cell: ({ scopes }) => <Roles roles={scopes} /> },
    {
      key: 'used',
      title: t('tokens.used'),
      wide: true,
      cell: ({ used }) => (used ? <DateTime time={used} zone={HERE} /> : t('tokens.never')),
    },
    {
      key: 'expires',
      title: t('tokens.expires'),
      wide: true,
      cell: ({ expires }) =>
        expires ? <DateTime time={expires} zone={HERE} style="date" /> : t('tokens.forGood'),
    },
    {
      key: 'state',
      title: t('tokens.state'),
      cell: (token) => {
        const state = stateOf(token, now)
        return <Badge mood={MOODS[state]}>{t(`tokens.${state}`)}</Badge>
      },
    },
    {
      key: 'revoke',
      title: t('tokens.revoke'),
      hideTitle: true,
      cell: (token) =>
        stateOf(token, now) === 'good' && (
          <div className={css.end}>
            <Button
              small
              look="quiet"
              aria-label={t('tokens.revokeOf', { name: token.name })}
              onPress={() => setRevoking(token)}
            >
              {t('tokens.revoke')}
            </Button>
          </div>
        ),
    },
  ]
  const make = (
    <Button look="primary" icon="add" onPress={() => setMaking(true)}>
      {t('tokens.add')}
    </Button>
  )
  return (
    <div className={css.panel}>
      {all.length === 0 ? (
        <EmptyState icon="key" title={t('tokens.none')} action={make}>
          {t('tokens.noneAbout')}
        </EmptyState>
      ) : (
        <>
          <div className={css.tools}>
            <Checkbox isSelected={withEnded} onChange={setWithEnded}>
              {t('tokens.ended')}
            </Checkbox>
            {make}
          </div>
          <Table
            label={t('tabs.tokens')}
            columns={columns}
            rows={shown}
            rowKey={({ id }) => id}
            empty={<p className={css.muted}>{t('tokens.noneGood')}</p>}
          />
          <More
            shown={shown.length}
            hasMore={query.hasNextPage}
            isLoading={query.isFetchingNextPage}
            onMore={() => void query.fetchNextPage()}
          />
        </>
      )}
      {isMaking && <NewToken onClose={() => setMaking(false)} />}
      {revoking && <RevokeToken token={revoking} onClose={() => setRevoking(undefined)} />}
    </div>
  )
}

function RevokeToken({ token, onClose }: { token: Token; onClose: () => void }) {
  const { t } = useTranslation('people')
  const { id, name } = token
  const revoke = useChange(
    () => answered(api.DELETE('/api/v1/tokens/{id}', { params: { path: { id } } })),
    [TOKENS],
  )
  return (
    <ConfirmDialog
      title={t('tokens.revokeTitle', { name })}
      action={t('tokens.revoke')}
      isOpen
      onClose={onClose}
      onConfirm={async () => {
        await revoke.mutateAsync()
        toast(t('tokens.revokedToast', { name }))
      }}
    >
      <p>{t('tokens.revokeAbout')}</p>
    </ConfirmDialog>
  )
}
