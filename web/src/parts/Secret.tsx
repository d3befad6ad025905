import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { Button } from './Button'
import { CopyField } from './CopyField'
import { Actions, Dialog } from './Dialog'

interface SecretProps {
  title: string
  /** What it is. */
  label: string
  /** Shown while there is one. */
  value: string | undefined
  /** What it is good for, and that it is not shown again. */
  children: ReactNode
  onClose: () => void
}

/** Something that the server shows this once. */
export function Secret({ title, label, value, children, onClose }: SecretProps) {
  const { t } = useTranslation()
  return (
    <Dialog title={title} isOpen={value !== undefined} onClose={onClose} alert>
      <p>{children}</p>
      <CopyField label={label} value={value ?? ''} />
      <Actions>
        <Button look="primary" onPress={onClose}>
          {t('copy.kept')}
        </Button>
      </Actions>
    </Dialog>
  )
}
