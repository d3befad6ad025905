import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { answered, api } from '@/api'
import { Button } from '@/parts/Button'
import { Actions, Dialog } from '@/parts/Dialog'
import { Form, useForm } from '@/parts/Form'
import { TextField } from '@/parts/TextField'

/** Turns the second factor off, which takes password and code. */
export function EndFactor({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation('people')
  const { t: common } = useTranslation()
  const form = useForm(['password', 'code'])
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const isWrong = form.problem?.code === 'sign_in_failed'
  const send = async () => {
    await answered(api.POST('/api/v1/auth/totp/end', { body: { password, code: code.replaceAll(' ', '') } }))
    onDone()
  }
  return (
    <Dialog title={t('account.factor.endTitle')} isOpen onClose={onClose}>
      <Form onSubmit={form.submit(send)} problem={isWrong ? undefined : form.problem}>
        <p>{t('account.factor.endAbout')}</p>
        <TextField
          label={t('account.password.present')}
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          error={form.errorOf('password')}
          autoFocus
        />
        <TextField
          label={t('account.factor.endCode')}
          autoComplete="one-time-code"
          value={code}
          onChange={setCode}
          error={isWrong ? t('account.factor.wrong') : form.errorOf('code')}
        />
        <Actions>
          <Button onPress={onClose}>{common('do.cancel')}</Button>
          <Button type="submit" look="danger" isPending={form.pending}>
            {t('account.factor.end')}
          </Button>
        </Actions>
      </Form>
    </Dialog>
  )
}
