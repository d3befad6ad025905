import { useTranslation } from 'react-i18next'

import { Row } from '@/parts/Form'
import { Select } from '@/parts/Select'
import { TextField } from '@/parts/TextField'

import type { FieldsProps } from './RuleForm'

/** The limit, and the second one for the way back. */
export function ThresholdFields({ draft, change, error }: FieldsProps) {
  const { t } = useTranslation('alerts')
  return (
    <>
      <Row>
        <Select
          label={t('form.side')}
          options={[
            { value: 'above', label: t('form.above') },
            { value: 'below', label: t('form.below') },
          ]}
          value={draft.side}
          onChange={(side) => change({ side })}
        />
        <TextField
          label={t('form.limit')}
          inputMode="decimal"
          value={draft.limit}
          onChange={(limit) => change({ limit })}
          error={error('limit')}
        />
      </Row>
      <TextField
        label={t('form.clear')}
        help={t('form.clearHelp')}
        optional
        inputMode="decimal"
        value={draft.clear}
        onChange={(clear) => change({ clear })}
        placeholder={draft.limit}
        error={error('clear')}
      />
    </>
  )
}
