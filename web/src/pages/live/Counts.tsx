import { useTranslation } from 'react-i18next'

import type { Schema } from '@/api'
import { LinkButton } from '@/parts/Button'
import { Card } from '@/parts/Page'
import { EmptyState } from '@/parts/State'
import { Num } from '@/parts/Time'

import css from './Camera.module.css'
import type { Totals } from './totals'

interface CountsProps {
  camera: Schema<'CameraView'>
  totals: Totals
}

/** Today's crossings of each line, and who is in each zone. */
export function Counts({ camera, totals }: CountsProps) {
  const { t } = useTranslation('live')
  const isEmpty = camera.lines.length + camera.zones.length === 0
  return (
    <Card title={t('counts')}>
      {isEmpty ? (
        <EmptyState
          icon="line"
          title={t('noLines')}
          action={<LinkButton to={`/cameras/${camera.id}/rules`}>{t('draw')}</LinkButton>}
        />
      ) : (
        <table className={css.counts} aria-label={t('counts')}>
          <tbody>
            {camera.lines.map(({ name, forward, backward }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {(['forward', 'backward'] as const).map((direction) => (
                  <td key={direction} data-testid={`${name} ${direction}`}>
                    <span className={css.number}>
                      {totals.isKnown ? <Num value={totals.of(camera.id, name, direction)} /> : '–'}
                    </span>
                    <small>{direction === 'forward' ? forward : backward}</small>
                  </td>
                ))}
              </tr>
            ))}
            {camera.zones.map(({ name, occupancy }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td colSpan={2}>
                  <span className={css.number}>
                    <Num value={occupancy} />
                  </span>
                  <small>{t('insideNow')}</small>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  )
}
