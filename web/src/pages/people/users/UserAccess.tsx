import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { answered, api, useChange, type Schema } from '@/api'
import { Button } from '@/parts/Button'
import { ConfirmDialog } from '@/parts/Dialog'
import { ProblemText } from '@/parts/ProblemText'
import { Secret } from '@/parts/Secret'
import { toast } from '@/parts/toasts'

import css from '../people.module.css'
import { USERS } from './data'

type Asked = 'signOut' | 'forget'

/** How a user gets in again, and how they are sent out. */
export function UserAccess({ user }: { user: Schema<'UserView'> }) {
  const { t } = useTranslation('people')
  const [asked, setAsked] = useState<Asked>()
  const { name } = user
  const params = { path: { id: user.id } }
  const link = useChange(async () => {
    // The description gives this answer the shape of another one of the same name.
    const made: object = await answered(api.POST('/api/v1/users/{id}/reset-link', { params }))
    return made as Pick<Schema<'CreatedUser'>, 'link'>
  }, [USERS])
  const signOut = useChange(() => answered(api.POST('/api/v1/users/{id}/logout-everywhere', { params })))
  const forget = useChange(
    () => answered(api.DELETE('/api/v1/users/{id}/totp', { params })),
    [USERS, '/api/v1/users/{id}'],
  )
  const close = () => setAsked(undefined)
  return (
    <>
      <div className={css.buttons}>
        <Button icon="key" isPending={link.isPending} onPress={() => link.mutate()}>
          {t('user.resetLink')}
        </Button>
        <Button onPress={() => setAsked('signOut')}>{t('user.signOut')}</Button>
        {user.has_totp && <Button onPress={() => setAsked('forget')}>{t('user.forgetFactor')}</Button>}
      </div>
      {link.error && <ProblemText problem={link.error} />}
      <Secret
        title={t('newUser.linkTitle', { name })}
        label={t('newUser.label')}
        value={link.data?.link}
        onClose={link.reset}
      >
        {t('newUser.resetLink', { name })}
      </Secret>
      <ConfirmDialog
        title={t('user.signOutTitle', { name })}
        action={t('user.signOut')}
        isOpen={asked === 'signOut'}
        onClose={close}
        onConfirm={async () => {
          await signOut.mutateAsync()
          toast(t('user.signedOut', { name }))
        }}
      >
        <p>{t('user.signOutAbout')}</p>
      </ConfirmDialog>
      <ConfirmDialog
        title={t('user.forgetFactorTitle', { name })}
        action={t('user.forgetFactor')}
        isOpen={asked === 'forget'}
        onClose={close}
        onConfirm={async () => {
          await forget.mutateAsync()
          toast(t('user.forgotFactor', { name }))
        }}
      >
        <p>{t('user.forgetFactorAbout')}</p>
      </ConfirmDialog>
    </>
  )
}
