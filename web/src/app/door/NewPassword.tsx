import { useTranslation } from 'react-i18next'

import { TextField } from '@/parts/TextField'

/** Characters that a password has at least; whether it is hard to guess is for the server to say. */
const LEAST = 12

interface Props {
  label: string
  value: string
  onChange: (value: string) => void
  error: string | undefined
}

/** A password that is chosen: says how much is missing while it is typed. */
export function NewPassword({ label, value, onChange, error }: Props) {
  const { t } = useTranslation('sign')
  const missing = LEAST - Array.from(value).length
  const help =
    value === ''
      ? t('setUp.passwordHelp')
      : missing > 0
        ? t('strength.short', { count: missing })
        : t('strength.long')
  return (
    <TextField
      label={label}
      type="password"
      name="new-password"
      autoComplete="new-password"
      isRequired
      value={value}
      onChange={onChange}
      help={help}
      error={error}
    />
  )
}
