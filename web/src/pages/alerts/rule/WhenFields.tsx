import { useTranslation } from 'react-i18next'

import { Button } from '@/parts/Button'
import { Row } from '@/parts/Form'
import { formatZone } from '@/parts/format'
import { useSites } from '@/parts/places'
import { TextField } from '@/parts/TextField'

import type { Draft } from '../draft'
import { Days } from './Days'
import css from './rule.module.css'
import type { FieldsProps } from './RuleForm'

type Quiet = Draft['quiet'][number]
const NIGHT: Quiet = { days: [], from: '22:00', until: '07:00' }

/** How long it must be so, and when nobody is told. */
export function WhenFields({ draft, change, error }: FieldsProps) {
  const { t, i18n } = useTranslation('alerts')
  const { zoneOf } = useSites()
  const { quiet } = draft
  const set = (at: number, one: Partial<Quiet>) =>
    change({ quiet: quiet.map((hours, place) => (place === at ? { ...hours, ...one } : hours)) })
  return (
    <>
      <Row>
        <TextField
          label={t('form.hold')}
          help={t('form.holdHelp')}
          inputMode="numeric"
          value={draft.hold}
          onChange={(hold) => change({ hold })}
          error={error('hold')}
        />
        <TextField
          label={t('form.clearFor')}
          help={t('form.clearForHelp')}
          inputMode="numeric"
          value={draft.clearFor}
          onChange={(clearFor) => change({ clearFor })}
          error={error('clearFor')}
        />
      </Row>
      <div className={css.part}>
        <h3>{t('form.quiet')}</h3>
        <p className={css.help}>
          {t('form.quietHelp', { zone: formatZone(zoneOf(draft.site), i18n.language) })}
        </p>
      </div>
      {quiet.map((hours, at) => (
        <fieldset key={at} className={css.item}>
          <legend className="unseen">{t('form.quietNumber', { number: at + 1 })}</legend>
          <Days days={hours.days} onChange={(days) => set(at, { days })} />
          <div className={css.hours}>
            <TextField
              label={t('form.quietFrom')}
              placeholder="22:00"
              value={hours.from}
              onChange={(from) => set(at, { from })}
              error={error(`quiet.${at}.from`)}
            />
            <TextField
              label={t('form.quietUntil')}
              placeholder="07:00"
              value={hours.until}
              onChange={(until) => set(at, { until })}
              error={error(`quiet.${at}.until`)}
            />
            <Button
              look="quiet"
              icon="close"
              aria-label={t('form.quietRemove', { number: at + 1 })}
              onPress={() => change({ quiet: quiet.filter((_, place) => place !== at) })}
            />
          </div>
        </fieldset>
      ))}
      <div>
        <Button small icon="add" onPress={() => change({ quiet: [...quiet, NIGHT] })}>
          {t('form.quietAdd')}
        </Button>
      </div>
    </>
  )
}
