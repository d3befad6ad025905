import { useTranslation } from 'react-i18next'

import { Button, LinkButton } from '@/parts/Button'
import { Checkbox } from '@/parts/Choice'
import { MultiSelect } from '@/parts/MultiSelect'
import { Note } from '@/parts/State'
import { TextField } from '@/parts/TextField'

import { useChannels } from '../data'
import type { Draft } from '../draft'
import css from './rule.module.css'
import type { FieldsProps } from './RuleForm'

type Step = Draft['escalation'][number]

/** Who is told at once, and who else when nobody takes care. */
export function WhoFields({ draft, change, error }: FieldsProps) {
  const { t } = useTranslation('alerts')
  const { channels, isPending } = useChannels()
  const options = channels
    .filter((channel) => channel.site === draft.site)
    .map(({ id, name, receiver }) => ({
      value: id,
      label: name,
      about: t(`channels.kinds.${receiver.kind}`),
    }))
  const { escalation } = draft
  const set = (at: number, one: Partial<Step>) =>
    change({ escalation: escalation.map((step, place) => (place === at ? { ...step, ...one } : step)) })
  const several = (count: number) => t('form.channelsSeveral', { count })
  const next = () => `${(Number(escalation.at(-1)?.minutes) || 0) + 15}`

  if (!isPending && options.length === 0) {
    return (
      <>
        <Note>{t('form.noChannels')}</Note>
        <div>
          <LinkButton small icon="add" to={`/alerts/channels/new?site=${draft.site}`}>
            {t('form.makeChannel')}
          </LinkButton>
        </div>
      </>
    )
  }
  const known = (ids: string[]) => ids.filter((id) => options.some(({ value }) => value === id))
  return (
    <>
      <MultiSelect
        label={t('form.channels')}
        options={options}
        value={known(draft.channels)}
        onChange={(chosen) => change({ channels: chosen })}
        all={t('form.channelsNone')}
        several={several}
      />
      <div className={css.part}>
        <h3>{t('form.escalation')}</h3>
        <p className={css.help}>{t('form.escalationHelp')}</p>
      </div>
      {escalation.map((step, at) => (
        <fieldset key={at} className={css.item}>
          <legend className="unseen">{t('form.escalationNumber', { number: at + 1 })}</legend>
          <div className={css.step}>
            <TextField
              label={t('form.escalationAfter')}
              inputMode="numeric"
              value={step.minutes}
              onChange={(minutes) => set(at, { minutes })}
              error={error(`escalation.${at}.minutes`)}
            />
            <MultiSelect
              label={t('form.escalationChannels')}
              options={options}
              value={known(step.channels)}
              onChange={(chosen) => set(at, { channels: chosen })}
              all={t('form.channelsNone')}
              several={several}
            />
            <Button
              look="quiet"
              icon="close"
              aria-label={t('form.escalationRemove', { number: at + 1 })}
              onPress={() => change({ escalation: escalation.filter((_, place) => place !== at) })}
            />
          </div>
          {error(`escalation.${at}.channels`) && (
            <p className={css.wrong}>{error(`escalation.${at}.channels`)}</p>
          )}
        </fieldset>
      ))}
      <div>
        <Button
          small
          icon="add"
          onPress={() => change({ escalation: [...escalation, { minutes: next(), channels: [] }] })}
        >
          {t('form.escalationAdd')}
        </Button>
      </div>
      <Checkbox isSelected={draft.tellResolved} onChange={(tellResolved) => change({ tellResolved })}>
        {t('form.tellResolved')}
      </Checkbox>
    </>
  )
}
