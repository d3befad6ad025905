import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { answered, api, type Schema } from '@/api'
import { Button } from '@/parts/Button'
import { CopyField } from '@/parts/CopyField'
import { Actions, Dialog } from '@/parts/Dialog'
import { Form, useForm } from '@/parts/Form'
import { TextField } from '@/parts/TextField'

import css from '../people.module.css'
import { ConfirmPassword } from './ConfirmPassword'
import { QrCode } from './QrCode'
import { RecoveryCodes } from './RecoveryCodes'

type Key = Schema<'TotpView'>

/** Sets up an app for codes: password, key, a code of it, recovery codes. */
export function SetUpFactor({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation('people')
  const [key, setKey] = useState<Key>()
  const [codes, setCodes] = useState<string[]>()
  if (codes) return <RecoveryCodes codes={codes} onClose={onDone} />
  return (
    <Dialog title={t('account.factor.begin')} isOpen onClose={onClose}>
      {key ? (
        <ConfirmKey shown={key} onClose={onClose} onConfirmed={setCodes} />
      ) : (
        <ConfirmPassword
          about={t('account.factor.confirmPassword')}
          onClose={onClose}
          onConfirm={async (password) => {
            setKey(await answered(api.POST('/api/v1/auth/totp', { body: { password } })))
          }}
        />
      )}
    </Dialog>
  )
}

interface ConfirmKeyProps {
  shown: Key
  onClose: () => void
  onConfirmed: (codes: string[]) => void
}

function ConfirmKey({ shown, onClose, onConfirmed }: ConfirmKeyProps) {
  const { t } = useTranslation('people')
  const { t: common } = useTranslation()
  const form = useForm(['code'])
  const [code, setCode] = useState('')
  const isWrong = form.problem?.code === 'sign_in_failed'
  const send = async () => {
    const body = { code: code.replaceAll(' ', '') }
    const { codes } = await answered(api.POST('/api/v1/auth/totp/confirm', { body }))
    onConfirmed(codes)
  }
  return (
    <Form onSubmit={form.submit(send)} problem={isWrong ? undefined : form.problem}>
      <div className={css.scan}>
        <QrCode text={shown.address} label={t('account.factor.qr')} />
        <div className={css.panel}>
          <p>{t('account.factor.scan')}</p>
          <p className={css.muted}>{t('account.factor.key')}</p>
          <CopyField label={t('account.factor.key')} value={shown.key} />
        </div>
      </div>
      <TextField
        label={t('account.factor.code')}
        help={t('account.factor.codeHelp')}
        inputMode="numeric"
        autoComplete="one-time-code"
        value={code}
        onChange={setCode}
        error={isWrong ? t('account.factor.wrongCode') : form.errorOf('code')}
        autoFocus
      />
      <Actions>
        <Button onPress={onClose}>{common('do.cancel')}</Button>
        <Button type="submit" look="primary" isPending={form.pending}>
          {t('account.factor.confirm')}
        </Button>
      </Actions>
    </Form>
  )
}
