import type { HTMLInputAutoCompleteAttribute, Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { FieldError } from 'react-aria-components/FieldError'
import { Input } from 'react-aria-components/Input'
import { Label } from 'react-aria-components/Label'
import { Text } from 'react-aria-components/Text'
import { TextArea } from 'react-aria-components/TextArea'
import { TextField as AriaTextField, type TextFieldProps as AriaProps } from 'react-aria-components/TextField'

import css from './field.module.css'

export interface TextFieldProps extends Omit<AriaProps, 'children' | 'className' | 'style'> {
  label: string
  /** What it is for, beneath it. */
  help?: string
  /** What is wrong with the value; shown in place of the help. */
  error?: string | undefined
  placeholder?: string
  /** Says that it may stay empty. */
  optional?: boolean
  rows?: number
  autoComplete?: HTMLInputAutoCompleteAttribute
  inputRef?: Ref<HTMLInputElement>
}

/** A line of text, or several with `rows`. */
export function TextField({
  label,
  help,
  error,
  placeholder,
  optional,
  rows,
  inputRef,
  ...rest
}: TextFieldProps) {
  const { t } = useTranslation()
  return (
    <AriaTextField
      {...rest}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      className={css.field ?? ''}
    >
      <Label className={css.label ?? ''}>
        {label}
        {optional && <span className={css.optional}>{t('form.optional')}</span>}
      </Label>
      {rows ? (
        <TextArea className={css.box ?? ''} placeholder={placeholder ?? ''} rows={rows} />
      ) : (
        <Input className={css.box ?? ''} placeholder={placeholder ?? ''} ref={inputRef ?? null} />
      )}
      {error === undefined && help && (
        <Text slot="description" className={css.help ?? ''}>
          {help}
        </Text>
      )}
      <FieldError className={css.error ?? ''}>{error}</FieldError>
    </AriaTextField>
  )
}
