import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { answered, api } from '@/api'
import { Dialog } from '@/parts/Dialog'

import { ConfirmPassword } from './ConfirmPassword'
import { RecoveryCodes } from './RecoveryCodes'

/** Makes recovery codes in place of those that are left. */
export function RenewCodes({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('people')
  const [codes, setCodes] = useState<string[]>()
  if (codes) return <RecoveryCodes codes={codes} onClose={onClose} />
  return (
    <Dialog title={t('account.factor.renew')} isOpen onClose={onClose}>
      <ConfirmPassword
        about={t('account.factor.renewAbout')}
        onClose={onClose}
        onConfirm={async (password) => {
          const made = await answered(api.POST('/api/v1/auth/recovery-codes', { body: { password } }))
          setCodes(made.codes)
        }}
      />
    </Dialog>
  )
}
