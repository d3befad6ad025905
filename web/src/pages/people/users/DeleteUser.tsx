import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'

import { answered, api, ifMatch, type Schema } from '@/api'
import { Button } from '@/parts/Button'
import { ConfirmDialog } from '@/parts/Dialog'
import { toast } from '@/parts/toasts'
import { useRemoval } from '@/parts/useRemoval'

import { USERS } from './data'

/** Nothing brings a user back, so their name is asked for. */
export function DeleteUser({ user }: { user: Schema<'UserView'> }) {
  const { t } = useTranslation('people')
  const [, navigate] = useLocation()
  const [isAsking, setAsking] = useState(false)
  const { id, name, version } = user
  const remove = useRemoval(
    () => answered(api.DELETE('/api/v1/users/{id}', { params: { path: { id }, header: ifMatch(version) } })),
    [USERS],
  )
  return (
    <div>
      <Button look="danger" icon="delete" onPress={() => setAsking(true)}>
        {t('user.delete')}
      </Button>
      <ConfirmDialog
        title={t('user.deleteTitle', { name })}
        action={t('user.delete')}
        name={name}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={async () => {
          await remove.mutateAsync()
          toast(t('user.deleted', { name }))
          navigate('/people')
        }}
      >
        <p>{t('user.deleteAbout')}</p>
      </ConfirmDialog>
    </div>
  )
}
