import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Button } from '@/parts/Button'
import { Actions } from '@/parts/Dialog'
import { Form, useForm } from '@/parts/Form'
import { TextField } from '@/parts/TextField'

interface ConfirmPasswordProps {
  about: string
  onClose: () => void
  onConfirm: (password: string) => Promise<void>
}

/** Asks for the own password once more, before something that whoever finds an open browser must not do. */
export function ConfirmPassword({ about, onClose, onConfirm }: ConfirmPasswordProps) {
  const { t } = useTranslation('people')
  const { t: common } = useTranslation()
  const form = useForm(['password'])
  const [password, setPassword] = useState('')
  const isWrong = form.problem?.code === 'sign_in_failed'
  return (
    <Form onSubmit={form.submit(() => onConfirm(password))} problem={isWrong ? undefined : form.problem}>
      <p>{about}</p>
      <TextField
        label={t('account.password.present')}
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        error={isWrong ? t('account.factor.wrongPassword') : form.errorOf('password')}
        autoFocus
      />
      <Actions>
        <Button onPress={onClose}>{common('do.cancel')}</Button>
        <Button type="submit" look="primary" isPending={form.pending}>
          {common('do.next')}
        </Button>
      </Actions>
    </Form>
  )
}
