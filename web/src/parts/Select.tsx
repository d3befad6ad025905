import { Button } from 'react-aria-components/Button'
import { ComboBox as AriaComboBox } from 'react-aria-components/ComboBox'
import { FieldError } from 'react-aria-components/FieldError'
import { Input } from 'react-aria-components/Input'
import { Label } from 'react-aria-components/Label'
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox'
import { Popover } from 'react-aria-components/Popover'
import { Select as AriaSelect, SelectValue } from 'react-aria-components/Select'
import { Text } from 'react-aria-components/Text'

import css from './field.module.css'
import { Icon } from './Icon'

export interface Option<Value extends string> {
  value: Value
  label: string
  /** A second line beneath the label. */
  about?: string
}

interface Common<Value extends string> {
  label: string
  /** Leaves the label to screen readers, in toolbars. */
  hideLabel?: boolean
  options: readonly Option<Value>[]
  value: Value | null
  onChange: (value: Value) => void
  help?: string
  error?: string | undefined
  placeholder?: string
  isDisabled?: boolean
  isRequired?: boolean
}

/** One of a few. */
export function Select<Value extends string>({
  label,
  hideLabel,
  options,
  value,
  onChange,
  help,
  error,
  placeholder,
  ...rest
}: Common<Value>) {
  return (
    <AriaSelect
      {...rest}
      {...(hideLabel ? { 'aria-label': label } : {})}
      placeholder={placeholder ?? ''}
      value={value}
      onChange={(key) => key !== null && onChange(key as Value)}
      isInvalid={error !== undefined}
      className={css.field ?? ''}
    >
      {!hideLabel && <Label className={css.label ?? ''}>{label}</Label>}
      <Button className={css.box ?? ''}>
        <SelectValue className={css.value ?? ''}>
          {({ isPlaceholder, defaultChildren }) =>
            isPlaceholder ? defaultChildren : options.find((one) => one.value === value)?.label
          }
        </SelectValue>
        <Icon name="down" size={16} />
      </Button>
      <Below help={help} error={error} />
      <Options options={options} />
    </AriaSelect>
  )
}

/** One of many: typing narrows them. With `onInput` any text may be entered. */
export function ComboBox<Value extends string>({
  label,
  hideLabel,
  options,
  value,
  onChange,
  help,
  error,
  placeholder,
  input,
  onInput,
  ...rest
}: Common<Value> & { input?: string; onInput?: (text: string) => void }) {
  const free = onInput ? { inputValue: input ?? '', onInputChange: onInput, allowsCustomValue: true } : {}
  return (
    <AriaComboBox
      {...rest}
      {...free}
      {...(hideLabel ? { 'aria-label': label } : {})}
      defaultItems={options}
      value={value}
      onChange={(key) => key !== null && onChange(key as Value)}
      isInvalid={error !== undefined}
      menuTrigger="focus"
      className={css.field ?? ''}
    >
      {!hideLabel && <Label className={css.label ?? ''}>{label}</Label>}
      <div className={css.group}>
        <Input className={css.box ?? ''} placeholder={placeholder ?? ''} />
        <Button className={css.trigger ?? ''}>
          <Icon name="down" size={16} />
        </Button>
      </div>
      <Below help={help} error={error} />
      <Options options={options} />
    </AriaComboBox>
  )
}

function Below({ help, error }: { help: string | undefined; error: string | undefined }) {
  return (
    <>
      {error === undefined && help && (
        <Text slot="description" className={css.help ?? ''}>
          {help}
        </Text>
      )}
      <FieldError className={css.error ?? ''}>{error}</FieldError>
    </>
  )
}

export function Options<Value extends string>({ options }: { options: readonly Option<Value>[] }) {
  return (
    <Popover className={css.popover ?? ''}>
      <ListBox items={options}>
        {(option: Option<Value>) => (
          <ListBoxItem id={option.value} textValue={option.label} className={css.option ?? ''}>
            <span>
              <Text slot="label">{option.label}</Text>
              {option.about && (
                <Text slot="description" className={css.about ?? ''}>
                  {option.about}
                </Text>
              )}
            </span>
          </ListBoxItem>
        )}
      </ListBox>
    </Popover>
  )
}
