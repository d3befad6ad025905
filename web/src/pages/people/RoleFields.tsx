import { useTranslation } from 'react-i18next'

import { ROLES, type Rights, type Role } from '@/app/rights'
import { Button } from '@/parts/Button'
import { useSites } from '@/parts/places'
import { Select } from '@/parts/Select'

import css from './people.module.css'

const NONE = 'none'

interface RoleFieldsProps {
  title: string
  help?: string
  rights: Rights
  onChange: (rights: Rights) => void
  error?: string | undefined
}

/** What somebody may do: everywhere, and at single sites. */
export function RoleFields({ title, help, rights, onChange, error }: RoleFieldsProps) {
  const { t } = useTranslation('people')
  const { t: common } = useTranslation()
  const { sites, nameOf } = useSites()
  const roles = ROLES.map((value) => ({
    value,
    label: common(`role.${value}`),
    about: t(`roleAbout.${value}`),
  }))
  const free = sites.filter(({ id }) => !rights.sites.has(id))
  const set = (site: string, role: Role | undefined) => {
    const changed = new Map(rights.sites)
    if (role) changed.set(site, role)
    else changed.delete(site)
    onChange({ ...rights, sites: changed })
  }
  return (
    <fieldset className={css.roles}>
      <legend>{title}</legend>
      {help && <p className={css.help}>{help}</p>}
      <Select
        label={t('roles.everywhere')}
        options={[{ value: NONE, label: t('roles.none') }, ...roles]}
        value={rights.everywhere ?? NONE}
        onChange={(role) => onChange({ ...rights, everywhere: role === NONE ? undefined : role })}
        error={error}
      />
      {[...rights.sites].map(([site, role]) => (
        <div key={site} className={css.grant}>
          <Select label={nameOf(site)} options={roles} value={role} onChange={(one) => set(site, one)} />
          <Button
            look="quiet"
            icon="close"
            aria-label={t('roles.remove', { site: nameOf(site) })}
            onPress={() => set(site, undefined)}
          />
        </div>
      ))}
      {free.length > 0 && (
        <Select
          label={t('roles.add')}
          placeholder={t('roles.site')}
          options={free.map(({ id, name }) => ({ value: id, label: name }))}
          value={null}
          onChange={(site) => set(site, 'viewer')}
        />
      )}
      {rights.everywhere && rights.sites.size > 0 && <p className={css.help}>{t('roles.greatest')}</p>}
    </fieldset>
  )
}
