import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { list, type Schema } from '@/api'
import { useAuth } from '@/app/auth'
import { Badge } from '@/parts/Badge'
import { Button } from '@/parts/Button'
import { ErrorState, Loading } from '@/parts/State'
import { More, Table, type Column } from '@/parts/Table'
import { TextField } from '@/parts/TextField'
import { DateTime, Zone } from '@/parts/Time'

import css from '../people.module.css'
import { Roles } from '../Roles'
import { HERE } from '../time'
import { NewUser } from './NewUser'

type User = Schema<'UserView'>

/** Everybody who may sign in. */
export function UsersPanel() {
  const { t } = useTranslation('people')
  const { user: you } = useAuth()
  const [search, setSearch] = useState('')
  const [isMaking, setMaking] = useState(false)
  const query = useInfiniteQuery(list('/api/v1/users', { params: { query: { limit: 200 } } }))
  if (query.isError && !query.data)
    return <ErrorState error={query.error} retry={() => void query.refetch()} />
  if (!query.data) return <Loading />

  const all = query.data.pages.flatMap((page) => page.items)
  const wanted = search.trim().toLowerCase()
  const shown = all.filter(({ name, email }) => `${name} ${email ?? ''}`.toLowerCase().includes(wanted))
  const columns: Column<User>[] = [
    {
      key: 'name',
      title: t('users.name'),
      cell: ({ id, name, email }) => (
        <div className={css.person}>
          <Link to={`/people/${id}`}>
            {name}
            {id === you?.id && ` (${t('users.you')})`}
          </Link>
          {email && <span>{email}</span>}
        </div>
      ),
    },
    { key: 'roles', title: t('roles.title'), cell: ({ roles }) => <Roles roles={roles} /> },
    {
      key: 'factor',
      title: t('users.factor'),
      wide: true,
      cell: ({ has_totp }) => (
        <Badge mood={has_totp ? 'good' : 'idle'}>{has_totp ? t('users.on') : t('users.off')}</Badge>
      ),
    },
    { key: 'state', title: t('users.state'), wide: true, cell: (user) => <State user={user} /> },
    {
      key: 'signedIn',
      title: t('users.signedIn'),
      wide: true,
      cell: ({ signed_in }) => (signed_in ? <DateTime time={signed_in} zone={HERE} /> : t('users.never')),
    },
  ]
  return (
    <div className={css.panel}>
      <div className={css.tools}>
        <TextField label={t('users.search')} type="search" value={search} onChange={setSearch} />
        <Button look="primary" icon="add" onPress={() => setMaking(true)}>
          {t('users.add')}
        </Button>
      </div>
      <Table
        label={t('tabs.users')}
        columns={columns}
        rows={shown}
        rowKey={({ id }) => id}
        empty={<p className={css.muted}>{t('users.none')}</p>}
      />
      <More
        shown={shown.length}
        hasMore={query.hasNextPage}
        isLoading={query.isFetchingNextPage}
        onMore={() => void query.fetchNextPage()}
      />
      <p className={css.muted}>
        <Zone zone={HERE} />
      </p>
      {isMaking && <NewUser onClose={() => setMaking(false)} />}
    </div>
  )
}

export function State({ user }: { user: User }) {
  const { t } = useTranslation('people')
  if (user.disabled) return <Badge mood="bad">{t('users.disabled')}</Badge>
  if (!user.has_password && !user.signed_in) return <Badge mood="warn">{t('users.invited')}</Badge>
  return <Badge mood="good">{t('users.active')}</Badge>
}
