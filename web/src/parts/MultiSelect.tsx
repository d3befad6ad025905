import { Button } from 'react-aria-components/Button'
import { Label } from 'react-aria-components/Label'
import { Select as AriaSelect, SelectValue } from 'react-aria-components/Select'

import css from './field.module.css'
import { Icon } from './Icon'
import { Options, type Option } from './Select'

interface MultiSelectProps<Value extends string> {
  label: string
  /** Leaves the label to screen readers, in toolbars. */
  hideLabel?: boolean
  options: readonly Option<Value>[]
  /** None chosen is no restriction. */
  value: readonly Value[]
  onChange: (value: Value[]) => void
  /** What no choice means, such as "All cameras". */
  all: string
  /** What several are, such as "3 cameras". */
  several: (count: number) => string
  isDisabled?: boolean
}

/** Any of a few. */
export function MultiSelect<Value extends string>(props: MultiSelectProps<Value>) {
  const { label, hideLabel, options, value, onChange, all, several, ...rest } = props
  const only = value.length === 1 ? options.find((one) => one.value === value[0]) : undefined
  return (
    <AriaSelect
      {...rest}
      {...(hideLabel ? { 'aria-label': label } : {})}
      selectionMode="multiple"
      value={[...value]}
      onChange={(keys) => onChange(keys as Value[])}
      className={css.field ?? ''}
    >
      {!hideLabel && <Label className={css.label ?? ''}>{label}</Label>}
      <Button className={css.box ?? ''}>
        <SelectValue className={css.text ?? ''}>
          {() =>
            value.length === 0
              ? all
              : (only?.label ?? (value.length === 1 ? value[0] : several(value.length)))
          }
        </SelectValue>
        <Icon name="down" size={16} />
      </Button>
      <Options options={options} />
    </AriaSelect>
  )
}
