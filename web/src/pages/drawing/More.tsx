import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { read } from '@/api'
import { Checkbox } from '@/parts/Choice'
import { Select } from '@/parts/Select'

import type { Draft } from './draft'
import css from './Panel.module.css'

interface MoreProps {
  draft: Draft
  change: (change: Partial<Draft['rule']>, field: string) => void
  isReadOnly: boolean
}

const ANCHORS = ['foot', 'centre', 'head'] as const
const PRESETS = ['balanced', 'strict', 'loose'] as const
const COUNTS = ['every', 'once', 'net'] as const

/** What is right as it is for most lines and zones. */
export function More({ draft, change, isReadOnly }: MoreProps) {
  const { t } = useTranslation('drawing')
  return (
    <details className={css.more}>
      <summary>{t('more.title')}</summary>
      <div className={css.moreBody}>
        <Classes draft={draft} change={change} isReadOnly={isReadOnly} />
        <Select
          label={t('more.anchor')}
          help={t('more.anchorHelp')}
          isDisabled={isReadOnly}
          value={ANCHORS.find((one) => one === draft.rule.anchor) ?? null}
          options={ANCHORS.map((value) => ({ value, label: t(`anchor.${value}`) }))}
          onChange={(anchor) => change({ anchor }, 'anchor')}
        />
        {draft.kind === 'line' && (
          <>
            <Select
              label={t('more.preset')}
              isDisabled={isReadOnly}
              value={draft.rule.preset ?? 'balanced'}
              options={PRESETS.map((value) => ({
                value,
                label: t(`preset.${value}`),
                about: t(`presetAbout.${value}`),
              }))}
              onChange={(preset) => change({ preset }, 'preset')}
            />
            <Select
              label={t('more.count')}
              isDisabled={isReadOnly}
              value={draft.rule.count ?? 'every'}
              options={COUNTS.map((value) => ({
                value,
                label: t(`count.${value}`),
                about: t(`countAbout.${value}`),
              }))}
              onChange={(count) => change({ count }, 'count')}
            />
          </>
        )}
      </div>
    </details>
  )
}

/** What is counted: all that the model is told to count, or these only. */
function Classes({ draft, change, isReadOnly }: MoreProps) {
  const { t } = useTranslation('drawing')
  const models = useQuery(read('/api/v1/models'))
  const chosen = draft.rule.classes ?? []
  const counted = models.data?.items[0]?.counted ?? []
  // A rule may name what the model knows and does not count unless asked.
  const offered = [...new Set([...counted, ...chosen])]
  if (offered.length === 0) return null
  const toggle = (name: string, isOn: boolean) => {
    const before = chosen.length === 0 ? counted : chosen
    change({ classes: isOn ? [...before, name] : before.filter((one) => one !== name) }, 'classes')
  }
  return (
    <fieldset className={css.classes}>
      <legend className="unseen">{t('more.classes')}</legend>
      {offered.map((name) => {
        const isOn = chosen.length === 0 || chosen.includes(name)
        const isLast = isOn && (chosen.length === 0 ? counted : chosen).length === 1
        return (
          <Checkbox
            key={name}
            isSelected={isOn}
            isDisabled={isReadOnly || isLast}
            onChange={(on) => toggle(name, on)}
          >
            {t(`class.${name}` as 'class.person', { defaultValue: name })}
          </Checkbox>
        )
      })}
    </fieldset>
  )
}
