import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Button } from '@/parts/Button'
import { useSites } from '@/parts/places'
import { Select } from '@/parts/Select'
import { TextField } from '@/parts/TextField'

import css from './audit.module.css'
import { readFilter, type Filter } from './filter'

const OBJECTS = [
  'accuracy_audit',
  'alert',
  'alert_rule',
  'camera',
  'channel',
  'delivery',
  'installation',
  'recording',
  'registration_code',
  'session',
  'sign_in',
  'site',
  'token',
  'user',
  'view',
] as const
const ALL = 'all'

interface FiltersProps {
  filter: Filter
  onChange: (filter: Filter) => void
  isFiltered: boolean
}

/** What of the log is to be seen. */
export function Filters({ filter, onChange, isFiltered }: FiltersProps) {
  const { t } = useTranslation('system')
  const { sites } = useSites()
  const set = (change: Partial<Filter>) => onChange({ ...filter, ...change })
  return (
    <div className={css.filters} role="search" aria-label={t('audit.title')}>
      <TextField label={t('audit.from')} type="date" value={filter.from} onChange={(from) => set({ from })} />
      <TextField
        label={t('audit.until')}
        type="date"
        value={filter.until}
        onChange={(until) => set({ until })}
      />
      <Select
        label={t('audit.what')}
        options={[
          { value: ALL, label: t('audit.everything') },
          ...OBJECTS.map((value) => ({ value: `${value}.`, label: t(`audit.objects.${value}`) })),
        ]}
        value={filter.what || ALL}
        onChange={(what) => set({ what: what === ALL ? '' : what })}
      />
      <Settled label={t('audit.actor')} value={filter.actor} onChange={(actor) => set({ actor })} />
      <Settled label={t('audit.object')} value={filter.object} onChange={(object) => set({ object })} />
      {sites.length > 1 && (
        <Select
          label={t('audit.site')}
          options={[
            { value: ALL, label: t('audit.allSites') },
            ...sites.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          value={filter.site || ALL}
          onChange={(site) => set({ site: site === ALL ? '' : site })}
        />
      )}
      {isFiltered && (
        <Button look="quiet" icon="close" onPress={() => onChange(readFilter(new URLSearchParams()))}>
          {t('audit.clear')}
        </Button>
      )}
    </div>
  )
}

/** A text that is taken once it is entered, not with each letter. */
function Settled({
  label,
  value,
  onChange,
}: {
  label: string
  value: string
  onChange: (text: string) => void
}) {
  const [typed, setTyped] = useState(value)
  const [known, setKnown] = useState(value)
  if (known !== value) {
    setKnown(value)
    setTyped(value)
  }
  const take = () => typed !== value && onChange(typed)
  return (
    <TextField
      label={label}
      type="search"
      value={typed}
      onChange={setTyped}
      onBlur={take}
      onKeyDown={({ key }) => key === 'Enter' && take()}
    />
  )
}
