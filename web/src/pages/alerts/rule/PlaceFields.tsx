import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { useCameras, useSites } from '@/parts/places'
import { Select } from '@/parts/Select'
import { Note } from '@/parts/State'

import type { FieldsProps } from './RuleForm'

const SITE = 'site'

/** Where how many are: at the whole site, or in one of its zones. */
export function PlaceFields({ draft, change }: FieldsProps) {
  const { t } = useTranslation('alerts')
  const { cameras } = useCameras()
  const { sites } = useSites()
  const zones = cameras
    .filter((camera) => camera.site === draft.site)
    .flatMap((camera) => camera.zones.map((zone) => ({ camera, zone: zone.name })))
  const key = (camera: string, zone: string) => JSON.stringify([camera, zone])
  const chosen = draft.zone ? key(draft.zone.camera, draft.zone.zone) : SITE
  const options = zones.map(({ camera, zone }) => ({
    value: key(camera.id, zone),
    label: t('form.placeZone', { zone, camera: camera.name }),
  }))
  if (draft.zone && !options.some(({ value }) => value === chosen)) {
    options.push({ value: chosen, label: t('form.placeZone', draft.zone) })
  }
  const site = sites.find((one) => one.id === draft.site)
  return (
    <>
      <Select
        label={t('form.place')}
        options={[{ value: SITE, label: t('form.placeSite') }, ...options]}
        value={chosen}
        onChange={(value) => {
          const [camera, zone] = value === SITE ? [] : (JSON.parse(value) as [string, string])
          change({ zone: camera !== undefined && zone !== undefined ? { camera, zone } : undefined })
        }}
      />
      {chosen === SITE && site?.entrances?.length === 0 && (
        <Note look="warn">
          {t('form.noEntrances')} <Link to={`/sites/${site.id}`}>{t('form.toSite')}</Link>
        </Note>
      )}
      {zones.length === 0 && <Note>{t('form.noZones')}</Note>}
    </>
  )
}
