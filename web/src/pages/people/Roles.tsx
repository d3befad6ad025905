import { useTranslation } from 'react-i18next'

import { useSites } from '@/parts/places'

import { readGrant } from './grants'

/** Roles in words, `Viewer, Operator at Town hall`. */
export function Roles({ roles }: { roles: readonly string[] }) {
  const { t, i18n } = useTranslation('people')
  const { t: common } = useTranslation()
  const { nameOf } = useSites()
  const words = roles.flatMap((text) => {
    const grant = readGrant(text)
    if (!grant) return []
    const role = common(`role.${grant.role}`)
    return grant.site === undefined ? role : t('roles.at', { role, site: nameOf(grant.site) })
  })
  return words.length ? new Intl.ListFormat(i18n.language).format(words) : t('roles.none')
}
