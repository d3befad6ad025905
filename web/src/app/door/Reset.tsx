import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'

import { answered, api } from '@/api'
import { Button } from '@/parts/Button'
import { Form, useForm } from '@/parts/Form'
import { Note } from '@/parts/State'

import { enter } from './Door'
import { useLink } from './link'
import { NewPassword } from './NewPassword'
import { Title } from './Title'

/** Chooses a new password with a link that was mailed, or given by an administrator. */
export function Reset({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation('sign')
  const link = useLink()
  const [, navigate] = useLocation()
  const [password, setPassword] = useState('')
  const form = useForm(['password'])
  if (!link) return <Note look="warn">{t('reset.noLink')}</Note>

  const reset = async () => {
    await answered(api.POST('/api/v1/auth/reset', { body: { link, password } }))
    onDone()
    navigate('/', { replace: true })
    // Every session of the user has ended, this browser's too.
    await enter()
  }

  return (
    <>
      <Title title={t('reset.title')} />
      <Form onSubmit={form.submit(reset)} problem={form.problem} label={t('reset.title')}>
        <NewPassword
          label={t('password')}
          value={password}
          onChange={setPassword}
          error={form.errorOf('password')}
        />
        <Button type="submit" look="primary" isPending={form.pending}>
          {t('reset.go')}
        </Button>
      </Form>
    </>
  )
}
