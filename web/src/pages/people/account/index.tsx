import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { answered, api, read, useChange } from '@/api'
import { useAuth } from '@/app/auth'
import { Button } from '@/parts/Button'
import { Card, Fact, Facts, Page, PageHeader } from '@/parts/Page'
import { ProblemText } from '@/parts/ProblemText'
import { EmptyState } from '@/parts/State'
import { Zone } from '@/parts/Time'

import css from '../people.module.css'
import { Roles } from '../Roles'
import { HERE } from '../time'
import { TokensPanel } from '../tokens/TokensPanel'
import { Password } from './Password'
import { SecondFactor } from './SecondFactor'
import { Sessions } from './Sessions'

/** What somebody does about themselves. */
export default function Account() {
  const { t } = useTranslation('people')
  const { user } = useAuth()
  const server = useQuery(read('/api/v1/auth'))
  return (
    <Page>
      <PageHeader title={t('account.title')} about={<Zone zone={HERE} />} />
      {!user && (
        <EmptyState icon="user" title={t('account.open')}>
          {t('noSignInAbout')}
        </EmptyState>
      )}
      {user && (
        <div className={css.narrow}>
          <Card>
            <Facts>
              <Fact name={t('account.name')}>{user.name}</Fact>
              <Fact name={t('account.email')}>{user.email ?? t('account.noEmail')}</Fact>
              <Fact name={t('account.roles')}>
                <Roles roles={user.roles} />
              </Fact>
            </Facts>
            <p className={css.muted}>{t('account.ask')}</p>
          </Card>
          <Card title={t('account.password.title')}>
            {user.has_password ? <Password name={user.name} /> : <p>{t('account.password.none')}</p>}
          </Card>
          {user.has_password && <SecondFactor isOn={user.has_totp} />}
          <Sessions />
          {server.data?.oidc && <SingleSignOn provider={server.data.oidc.name} />}
          <Card title={t('tabs.tokens')}>
            <TokensPanel />
          </Card>
        </div>
      )}
    </Page>
  )
}

/** Links the account with the one at the provider: the browser goes there, and comes back. */
function SingleSignOn({ provider }: { provider: string }) {
  const { t } = useTranslation('people')
  const link = useChange(async () => {
    const { address } = await answered(api.POST('/api/v1/auth/oidc/link'))
    window.location.assign(address)
  })
  return (
    <Card title={t('account.sso.title')} about={t('account.sso.about', { provider })}>
      <div>
        <Button icon="key" isPending={link.isPending} onPress={() => link.mutate()}>
          {t('account.sso.link', { provider })}
        </Button>
      </div>
      {link.error && <ProblemText problem={link.error} />}
    </Card>
  )
}
