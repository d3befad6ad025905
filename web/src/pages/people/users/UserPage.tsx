import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'wouter'

import { read } from '@/api'
import { useAuth } from '@/app/auth'
import { Card, Fact, Facts, Page, PageHeader } from '@/parts/Page'
import { ErrorState, Loading, Note } from '@/parts/State'
import { DateTime } from '@/parts/Time'

import css from '../people.module.css'
import { HERE } from '../time'
import { DeleteUser } from './DeleteUser'
import { UserAccess } from './UserAccess'
import { UserForm } from './UserForm'
import { State } from './UsersPanel'

/** A user: what they may do, how they sign in, and how they are kept out. */
export default function UserPage() {
  const { t } = useTranslation('people')
  const { t: common } = useTranslation()
  const { id } = useParams<{ id: string }>()
  const { user: you } = useAuth()
  const query = useQuery({
    ...read('/api/v1/users/{id}', { params: { path: { id } } }),
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  const user = query.data
  return (
    <Page>
      <PageHeader
        title={user?.name ?? t('users.name')}
        back={{ to: '/people', title: t('tabs.users') }}
        about={user && <State user={user} />}
      />
      {query.isError && !user && <ErrorState error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Loading />}
      {user && (
        <div className={css.narrow}>
          {user.id === you?.id && (
            <Note>
              {t('user.own')} <Link to="/account">{common('nav.account')}</Link>.
            </Note>
          )}
          <Card title={t('user.profile')}>
            <UserForm key={user.version} user={user} />
          </Card>
          <Card title={t('user.access')}>
            <Facts>
              <Fact name={t('user.password')}>
                {user.has_password ? t('user.hasPassword') : t('user.hasNone')}
              </Fact>
              <Fact name={t('user.factor')}>{user.has_totp ? t('users.on') : t('users.off')}</Fact>
              <Fact name={t('users.signedIn')}>
                {user.signed_in ? <DateTime time={user.signed_in} zone={HERE} withZone /> : t('users.never')}
              </Fact>
              <Fact name={t('user.created')}>
                <DateTime time={user.created} zone={HERE} style="date" />
              </Fact>
            </Facts>
            <UserAccess user={user} />
          </Card>
          {user.id !== you?.id && (
            <Card title={t('user.delete')} about={t('user.deleteShort')}>
              <DeleteUser user={user} />
            </Card>
          )}
        </div>
      )}
    </Page>
  )
}
