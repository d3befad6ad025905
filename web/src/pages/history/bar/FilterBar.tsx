import { useTranslation } from 'react-i18next'

import { Button } from '@/parts/Button'
import { MultiSelect } from '@/parts/MultiSelect'
import { Select } from '@/parts/Select'

import type { Place } from '../data/usePlace'
import { useClasses } from '../data/useClasses'
import { useWords } from '../data/useWords'
import { DIRECTIONS, type View } from '../view'
import css from './bar.module.css'
import { PeriodPicker } from './PeriodPicker'

interface FilterProps {
  view: View
  place: Place
  now: Date
  onChange: (part: Partial<View>) => void
  /** Which filters make a difference to what is shown. */
  filters?: readonly ('site' | 'camera' | 'rule' | 'class' | 'direction')[]
}

const ALL = ['site', 'camera', 'rule', 'class', 'direction'] as const
const ANY = ''

/** When, where and what: the same for every part of the page. */
export function FilterBar({ view, place, now, onChange, filters = ALL }: FilterProps) {
  const { t } = useTranslation('history')
  const words = useWords(place, view)
  const classes = useClasses(view.site)
  const has = (filter: (typeof ALL)[number]) => filters.includes(filter)
  const chosen = place.cameras.filter(({ id }) => view.cameras.length === 0 || view.cameras.includes(id))
  const rules = [
    ...new Set(chosen.flatMap(({ lines, zones }) => [...lines, ...zones]).map(({ name }) => name)),
  ]
  const isNarrowed =
    (!place.oneAtATime && view.site !== undefined) ||
    view.cameras.length + view.rules.length + view.classes.length > 0 ||
    view.direction !== undefined
  const several = (count: number) => t('filter.several', { count })
  return (
    <div className={css.bar} role="search" aria-label={t('filter.label')}>
      <PeriodPicker
        period={view.period}
        zone={place.zone}
        now={now}
        onChange={(period) => onChange({ period })}
      />
      {has('site') && place.sites.length > 1 && (
        <Select
          label={t('filter.site')}
          hideLabel
          value={place.site?.id ?? ANY}
          onChange={(site) => onChange({ site: site || undefined, cameras: [], rules: [] })}
          options={[
            ...(place.oneAtATime ? [] : [{ value: ANY, label: t('filter.allSites') }]),
            ...place.sites.map(({ id, name, time_zone }) => ({
              value: id,
              label: name,
              ...(place.oneAtATime ? { about: time_zone } : {}),
            })),
          ]}
        />
      )}
      {has('camera') && (
        <MultiSelect
          label={t('filter.camera')}
          hideLabel
          value={view.cameras}
          onChange={(cameras) => onChange({ cameras, rules: [] })}
          options={place.cameras.map(({ id, name }) => ({ value: id, label: name }))}
          all={t('filter.allCameras')}
          several={several}
        />
      )}
      {has('rule') && (
        <MultiSelect
          label={t('filter.rule')}
          hideLabel
          value={view.rules}
          onChange={(chosen) => onChange({ rules: chosen })}
          options={rules.map((name) => ({ value: name, label: name }))}
          all={t('filter.allRules')}
          several={several}
        />
      )}
      {has('class') && (classes.length > 1 || view.classes.length > 0) && (
        <MultiSelect
          label={t('filter.class')}
          hideLabel
          value={view.classes}
          onChange={(chosen) => onChange({ classes: chosen })}
          options={[...new Set([...classes, ...view.classes])].map((name) => ({
            value: name,
            label: words.kind(name),
          }))}
          all={t('filter.allClasses')}
          several={several}
        />
      )}
      {has('direction') && (
        <Select
          label={t('filter.direction')}
          hideLabel
          value={view.direction ?? ANY}
          onChange={(direction) => onChange({ direction: direction || undefined })}
          options={[
            { value: ANY, label: t('filter.bothDirections') },
            ...DIRECTIONS.map((one) => ({ value: one, label: words.direction(one) })),
          ]}
        />
      )}
      {isNarrowed && (
        <Button
          look="quiet"
          icon="close"
          className={css.clear ?? ''}
          onPress={() =>
            onChange({ site: undefined, cameras: [], rules: [], classes: [], direction: undefined })
          }
        >
          {t('filter.clear')}
        </Button>
      )}
    </div>
  )
}
