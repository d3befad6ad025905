import { useTranslation } from 'react-i18next'

import { Choices } from '@/parts/Choice'
import { Row } from '@/parts/Form'
import { MultiSelect } from '@/parts/MultiSelect'
import { useCameras } from '@/parts/places'
import { TextField } from '@/parts/TextField'

import { KINDS } from '../types'
import { CountedFields } from './CountedFields'
import { PlaceFields } from './PlaceFields'
import type { FieldsProps } from './RuleForm'
import { ThresholdFields } from './ThresholdFields'

/** What is noticed: its kind, and what that kind asks for. */
export function WhatFields(fields: FieldsProps) {
  const { t } = useTranslation('alerts')
  const { draft, change, error } = fields
  const { kind } = draft
  return (
    <>
      <Choices
        label={t('form.kind')}
        options={KINDS.map((value) => ({
          value,
          label: t(`form.kinds.${value}`),
          about: t(`form.kindsAbout.${value}`),
        }))}
        value={kind}
        onChange={(chosen) => change({ kind: chosen })}
      />
      {kind === 'occupancy' && <PlaceFields {...fields} />}
      {(kind === 'offline' || kind === 'frozen') && <CameraField {...fields} />}
      {(kind === 'count' || kind === 'unusual') && <CountedFields {...fields} />}
      {kind === 'count' && (
        <TextField
          label={t('form.window')}
          inputMode="numeric"
          value={draft.window}
          onChange={(window) => change({ window })}
          error={error('window')}
        />
      )}
      {(kind === 'occupancy' || kind === 'count') && <ThresholdFields {...fields} />}
      {kind === 'unusual' && (
        <Row>
          <TextField
            label={t('form.deviations')}
            help={t('form.deviationsHelp')}
            inputMode="decimal"
            value={draft.deviations}
            onChange={(deviations) => change({ deviations })}
            error={error('deviations')}
          />
          <TextField
            label={t('form.weeks')}
            help={t('form.weeksHelp')}
            inputMode="numeric"
            value={draft.weeks}
            onChange={(weeks) => change({ weeks })}
            error={error('weeks')}
          />
        </Row>
      )}
    </>
  )
}

/** The cameras of the site; all of them when none is chosen. */
export function CameraField({ draft, change }: Pick<FieldsProps, 'draft' | 'change'>) {
  const { t, i18n } = useTranslation('alerts')
  const { cameras } = useCameras()
  const own = cameras.filter((camera) => camera.site === draft.site)
  return (
    <MultiSelect
      label={t('form.cameras')}
      options={own.map(({ id, name }) => ({ value: id, label: name }))}
      value={draft.cameras}
      onChange={(chosen) => change({ cameras: chosen })}
      all={t('form.camerasAll')}
      several={(count) => count.toLocaleString(i18n.language)}
    />
  )
}
