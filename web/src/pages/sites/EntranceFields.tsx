import { useTranslation } from 'react-i18next'

import { Button, LinkButton } from '@/parts/Button'
import { useCameras } from '@/parts/places'
import { Select } from '@/parts/Select'
import { Note } from '@/parts/State'

import type { Entrance } from './draft'
import css from './sites.module.css'

interface EntranceFieldsProps {
  site: string
  entrances: Entrance[]
  onChange: (entrances: Entrance[]) => void
  error: string | undefined
  isDisabled: boolean
}

/** The lines through which a site is entered and left, and which way leads in. */
export function EntranceFields({ site, entrances, onChange, error, isDisabled }: EntranceFieldsProps) {
  const { t } = useTranslation('system')
  const { t: common } = useTranslation()
  const { cameras } = useCameras()
  const lines = cameras
    .filter((camera) => camera.site === site)
    .flatMap((camera) => camera.lines.map((line) => ({ camera, line })))
  const key = (camera: string, line: string) => JSON.stringify([camera, line])
  const find = ({ camera, line }: Entrance) =>
    lines.find((one) => one.camera.id === camera && one.line.name === line)
  const options = lines.map(({ camera, line }) => ({
    value: key(camera.id, line.name),
    label: t('site.entranceOf', { line: line.name, camera: camera.name }),
  }))
  const set = (at: number, change: Partial<Entrance>) =>
    onChange(entrances.map((entrance, place) => (place === at ? { ...entrance, ...change } : entrance)))
  const free = lines.find(
    ({ camera, line }) =>
      !entrances.some((entrance) => entrance.camera === camera.id && entrance.line === line.name),
  )
  if (lines.length === 0 && entrances.length === 0) {
    return (
      <>
        <Note>{t('site.noLines')}</Note>
        <div>
          <LinkButton small to="/cameras">
            {common('nav.cameras')}
          </LinkButton>
        </div>
      </>
    )
  }
  return (
    <>
      {entrances.map((entrance, at) => {
        const found = find(entrance)
        const missing = {
          value: key(entrance.camera, entrance.line),
          label: `${t('site.entranceOf', entrance)}: ${t('site.missing')}`,
        }
        return (
          <div key={at} className={css.entrance}>
            <Select
              label={t('site.entrance')}
              options={found ? options : [missing, ...options]}
              value={key(entrance.camera, entrance.line)}
              onChange={(value) => {
                const [camera, line] = JSON.parse(value) as [string, string]
                set(at, { camera, line })
              }}
              isDisabled={isDisabled}
            />
            <Select
              label={t('site.inward')}
              options={(['forward', 'backward'] as const).map((value) => ({
                value,
                label: found?.line[value] ?? value,
              }))}
              value={entrance.inward}
              onChange={(inward) => set(at, { inward })}
              isDisabled={isDisabled}
            />
            {!isDisabled && (
              <Button
                look="quiet"
                icon="close"
                aria-label={t('site.entranceRemove', { line: entrance.line })}
                onPress={() => onChange(entrances.filter((_, place) => place !== at))}
              />
            )}
          </div>
        )
      })}
      {error && (
        <p role="alert" className={css.wrong}>
          {error}
        </p>
      )}
      {!isDisabled && (
        <div>
          <Button
            small
            icon="add"
            isDisabled={!free}
            onPress={() =>
              free &&
              onChange([...entrances, { camera: free.camera.id, line: free.line.name, inward: 'forward' }])
            }
          >
            {t('site.entranceAdd')}
          </Button>
        </div>
      )}
    </>
  )
}
