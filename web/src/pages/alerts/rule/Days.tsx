import { useTranslation } from 'react-i18next'
import { ToggleButton } from 'react-aria-components/ToggleButton'
import { ToggleButtonGroup } from 'react-aria-components/ToggleButtonGroup'

import { WEEKDAYS, type Weekday } from '../quiet'
import css from './rule.module.css'

interface DaysProps {
  /** None is every day, as the server has it. */
  days: Weekday[]
  onChange: (days: Weekday[]) => void
}

/** Days of the week; at least one. */
export function Days({ days, onChange }: DaysProps) {
  const { t } = useTranslation('alerts')
  return (
    <ToggleButtonGroup
      aria-label={t('form.quietDays')}
      selectionMode="multiple"
      disallowEmptySelection
      selectedKeys={days.length ? days : WEEKDAYS}
      onSelectionChange={(keys) => {
        const chosen = WEEKDAYS.filter((day) => keys.has(day))
        onChange(chosen.length === WEEKDAYS.length ? [] : chosen)
      }}
      className={css.days ?? ''}
    >
      {WEEKDAYS.map((day) => (
        <ToggleButton key={day} id={day} className={css.day ?? ''}>
          {t(`days.${day}`)}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  )
}
