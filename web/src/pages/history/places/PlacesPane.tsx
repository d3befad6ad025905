import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { read } from '@/api'
import { Card } from '@/parts/Page'
import { Select } from '@/parts/Select'
import { EmptyState, ErrorState, Loading } from '@/parts/State'

import { borders } from '../data/useCounts'
import type { PaneProps } from '../data/pane'
import { useWords } from '../data/useWords'
import { ninths, presence, type Grid } from '../presence'
import css from './places.module.css'

/** Where people spent their time in one camera's picture. */
export function PlacesPane({ view, place, span, onChange }: PaneProps) {
  const { t } = useTranslation('history')
  const words = useWords(place, view)
  const camera = place.cameras.find(({ id }) => view.cameras.includes(id)) ?? place.cameras[0]
  if (!camera) {
    return (
      <EmptyState icon="camera" title={t('empty.noCamera')}>
        {t('empty.noCameraAbout')}
      </EmptyState>
    )
  }
  return (
    <Card
      title={t('places.title')}
      about={t('places.about')}
      actions={
        <Select
          label={t('filter.camera')}
          hideLabel
          value={camera.id}
          onChange={(id) => onChange({ cameras: [id] })}
          options={place.cameras.map(({ id, name }) => ({ value: id, label: name }))}
        />
      }
    >
      <HeatMap camera={camera} query={{ camera: camera.id, ...borders(span) }} words={words} />
    </Card>
  )
}

interface MapProps {
  camera: { name: string }
  query: { camera: string; from: string; until: string }
  words: ReturnType<typeof useWords>
}

function HeatMap({ camera, query, words }: MapProps) {
  const { t } = useTranslation('history')
  // The numbers are read first: that also renews a session that the picture could not.
  const heat = useQuery(read('/api/v1/heat', { params: { query } }))
  if (heat.isError) return <ErrorState error={heat.error} retry={() => void heat.refetch()} />
  if (!heat.data) return <Loading lines={8} />
  const grid = heat.data.maps.at(-1)
  const parts = grid && ninths(grid)
  if (!grid || !parts) {
    return (
      <EmptyState icon="people" title={t('places.nobody')}>
        {t('places.nobodyAbout')}
      </EmptyState>
    )
  }
  return (
    <div className={css.map}>
      <img
        className={css.picture}
        src={`/api/v1/heat.png?${new URLSearchParams(query).toString()}`}
        alt={t('places.picture', { camera: camera.name })}
      />
      <Parts parts={parts} grid={grid} words={words} />
    </div>
  )
}

/** The same in numbers: which part of the picture has which share. */
function Parts({ parts, grid, words }: { parts: number[][]; grid: Grid; words: MapProps['words'] }) {
  const { t } = useTranslation('history')
  const rows = ['top', 'middle', 'bottom'] as const
  const columns = ['left', 'centre', 'right'] as const
  return (
    <div className={css.parts}>
      <p>{t('places.presence', { time: words.length(presence(grid)) })}</p>
      <table className={css.ninths}>
        <caption>{t('places.parts')}</caption>
        <thead>
          <tr>
            <td />
            {columns.map((column) => (
              <th key={column} scope="col">
                {t(`places.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, y) => (
            <tr key={row}>
              <th scope="row">{t(`places.${row}`)}</th>
              {columns.map((column, x) => (
                <td key={column}>{words.percent(parts[y]?.[x] ?? 0)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className={css.hint}>{t('places.hours')}</p>
    </div>
  )
}
