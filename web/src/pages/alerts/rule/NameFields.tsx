import { useTranslation } from 'react-i18next'

import { useAuth } from '@/app/auth'
import { mayAt } from '@/app/rights'
import { Row } from '@/parts/Form'
import { useSites } from '@/parts/places'
import { Select } from '@/parts/Select'
import { TextField } from '@/parts/TextField'

import { SEVERITIES } from '../types'
import type { FieldsProps } from './RuleForm'

export function NameFields({ draft, change, error, isNew }: FieldsProps & { isNew: boolean }) {
  const { t } = useTranslation('alerts')
  const { rights } = useAuth()
  const { sites } = useSites()
  const own = sites.filter((site) => mayAt(rights, 'operator', site.id))
  // Cameras, zones and channels are those of a site, so another site begins with none of them.
  const move = (site: string) =>
    change({ site, zone: undefined, cameras: [], lines: [], channels: [], escalation: [] })
  return (
    <>
      <TextField
        label={t('form.name')}
        help={t('form.nameHelp')}
        value={draft.name}
        onChange={(name) => change({ name })}
        error={error('name')}
        autoFocus={isNew}
      />
      <Row>
        <Select
          label={t('form.severity')}
          options={SEVERITIES.map((value) => ({
            value,
            label: t(`severity.${value}`),
            about: t(`form.severityAbout.${value}`),
          }))}
          value={draft.severity}
          onChange={(severity) => change({ severity })}
        />
        {own.length > 1 && (
          <Select
            label={t('site')}
            options={own.map(({ id, name }) => ({ value: id, label: name }))}
            value={draft.site}
            onChange={move}
          />
        )}
      </Row>
    </>
  )
}
