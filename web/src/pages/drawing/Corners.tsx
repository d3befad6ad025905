import { useTranslation } from 'react-i18next'

import { Button } from '@/parts/Button'

import { LEAST, type Draft } from './draft'
import type { Action } from './editor'
import css from './Panel.module.css'

interface CornersProps {
  draft: Draft
  dispatch: (action: Action) => void
  isReadOnly: boolean
}

const percent = (share: number) => Math.round(share * 1000) / 10

/** The corners as numbers: exact, and without a picture. */
export function Corners({ draft, dispatch, isReadOnly }: CornersProps) {
  const { t } = useTranslation('drawing')
  const { key, points } = draft
  const set = (corner: number, axis: 0 | 1, text: string) => {
    const point = points[corner]
    const value = Number(text) / 100
    if (!point || text === '' || !Number.isFinite(value)) return
    const to = axis === 0 ? ([value, point[1]] as const) : ([point[0], value] as const)
    dispatch({ do: 'corner', key, corner, to, go: `number ${key} ${corner} ${axis}` })
  }
  const split = () => {
    const [from, to] = [points.at(-2), points.at(-1)]
    if (from && to) {
      const at = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2] as const
      dispatch({ do: 'insert', key, after: points.length - 2, at })
    }
  }
  return (
    <details className={css.more}>
      <summary>{t('corners.title', { count: points.length })}</summary>
      <div className={css.corners}>
        <span />
        <span>{t('corners.x')}</span>
        <span>{t('corners.y')}</span>
        <span />
        {points.map(([x, y], corner) => (
          <Corner
            // Corners have no names of their own.
            key={corner}
            number={corner + 1}
            values={[percent(x), percent(y)]}
            isReadOnly={isReadOnly}
            canRemove={points.length > LEAST[draft.kind]}
            onSet={(axis, text) => set(corner, axis, text)}
            onFocus={() => dispatch({ do: 'choose', key, held: corner })}
            onRemove={() => dispatch({ do: 'removeCorner', key, corner })}
          />
        ))}
      </div>
      {!isReadOnly && (
        <Button small icon="add" onPress={split}>
          {t('corners.add')}
        </Button>
      )}
    </details>
  )
}

interface CornerProps {
  number: number
  values: [number, number]
  isReadOnly: boolean
  canRemove: boolean
  onSet: (axis: 0 | 1, text: string) => void
  onFocus: () => void
  onRemove: () => void
}

function Corner({ number, values, isReadOnly, canRemove, onSet, onFocus, onRemove }: CornerProps) {
  const { t } = useTranslation('drawing')
  return (
    <>
      <span>{number}</span>
      {values.map((value, axis) => (
        <input
          key={axis}
          type="number"
          min={0}
          max={100}
          step={0.5}
          aria-label={t(axis === 0 ? 'corners.xOf' : 'corners.yOf', { number })}
          value={value}
          readOnly={isReadOnly}
          onFocus={onFocus}
          onChange={(event) => onSet(axis as 0 | 1, event.target.value)}
        />
      ))}
      {isReadOnly ? (
        <span />
      ) : (
        <Button
          small
          look="quiet"
          icon="close"
          aria-label={t('corners.remove', { number })}
          isDisabled={!canRemove}
          onPress={onRemove}
        />
      )}
    </>
  )
}
