import type { ReactNode } from 'react'
import { CheckboxButton, CheckboxField, type CheckboxFieldProps } from 'react-aria-components/Checkbox'
import { Label } from 'react-aria-components/Label'
import { RadioButton, RadioField, RadioGroup } from 'react-aria-components/RadioGroup'
import { SwitchButton, SwitchField, type SwitchFieldProps } from 'react-aria-components/Switch'

import css from './field.module.css'
import { Icon } from './Icon'
import type { Option } from './Select'

type Plain<Props> = Omit<Props, 'children' | 'className' | 'style'> & { children: ReactNode; about?: string }

/** Yes or no, in a form that is sent later. */
export function Checkbox({ children, about, ...rest }: Plain<CheckboxFieldProps>) {
  return (
    <CheckboxField {...rest}>
      <CheckboxButton className={css.choice ?? ''}>
        <span className={css.mark}>
          <Icon name="check" size={14} />
        </span>
        <span>
          {children}
          {about && <span className={css.about}>{about}</span>}
        </span>
      </CheckboxButton>
    </CheckboxField>
  )
}

/** On or off, in force at once. */
export function Switch({ children, about, ...rest }: Plain<SwitchFieldProps>) {
  return (
    <SwitchField {...rest}>
      <SwitchButton className={css.choice ?? ''}>
        <span className={css.track} />
        <span>
          {children}
          {about && <span className={css.about}>{about}</span>}
        </span>
      </SwitchButton>
    </SwitchField>
  )
}

interface ChoicesProps<Value extends string> {
  label: string
  options: readonly Option<Value>[]
  value: Value
  onChange: (value: Value) => void
  isDisabled?: boolean
}

/** One of a few that are all seen. */
export function Choices<Value extends string>({
  label,
  options,
  value,
  onChange,
  ...rest
}: ChoicesProps<Value>) {
  return (
    <RadioGroup
      {...rest}
      value={value}
      onChange={(one) => onChange(one as Value)}
      className={css.field ?? ''}
    >
      <Label className={css.label ?? ''}>{label}</Label>
      {options.map((option) => (
        <RadioField key={option.value} value={option.value}>
          <RadioButton className={css.choice ?? ''}>
            <span className={`${css.mark ?? ''} ${css.round ?? ''}`}>
              <Icon name="check" size={12} />
            </span>
            <span>
              {option.label}
              {option.about && <span className={css.about}>{option.about}</span>}
            </span>
          </RadioButton>
        </RadioField>
      ))}
    </RadioGroup>
  )
}
