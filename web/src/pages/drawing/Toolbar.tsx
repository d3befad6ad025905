import type { UseQueryResult } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { Button } from '@/parts/Button'
import { Switch } from '@/parts/Choice'

import { LEAST } from './draft'
import css from './Toolbar.module.css'
import type { Tool } from './tool'
import type { Workbench } from './useDrawing'

const TOOLS = [
  { tool: 'line', icon: 'line' },
  { tool: 'zone', icon: 'zone' },
] as const

/** What to draw, and the way back. */
export function Toolbar({ drawing, picture }: { drawing: Workbench; picture: UseQueryResult<ImageBitmap> }) {
  const { t } = useTranslation('drawing')
  const { t: common } = useTranslation()
  const { editor, dispatch, tool } = drawing
  /** Drawing goes on on the picture: so does the keyboard. */
  const take = (next: Tool) => {
    drawing.setTool(next)
    document.querySelector<HTMLCanvasElement>('canvas[data-tool]')?.focus()
  }
  return (
    <div className={css.toolbar} role="toolbar" aria-label={t('tools')}>
      {TOOLS.map(({ tool: one, icon }) => (
        <Button
          key={one}
          icon={icon}
          look={tool === one ? 'primary' : 'secondary'}
          aria-pressed={tool === one}
          onPress={() => take(tool === one ? 'choose' : one)}
        >
          {t(`draw.${one}`)}
        </Button>
      ))}
      <Button
        icon="undo"
        look="quiet"
        aria-label={common('do.undo')}
        isDisabled={editor.past.length === 0}
        onPress={() => dispatch({ do: 'undo' })}
      />
      <Button
        icon="redo"
        look="quiet"
        aria-label={common('do.redo')}
        isDisabled={editor.future.length === 0}
        onPress={() => dispatch({ do: 'redo' })}
      />
      <Button
        icon="refresh"
        look="quiet"
        aria-label={t('newPicture')}
        isDisabled={picture.isFetching || picture.fetchStatus === 'idle' ? picture.isPending : false}
        onPress={() => void picture.refetch()}
      />
      <div className={css.paths}>
        <Switch isSelected={drawing.showsPaths} onChange={drawing.setShowsPaths}>
          {t('showPaths')}
        </Switch>
      </div>
      <p className={css.hint} role="status">
        {tool === 'choose' ? '' : t(`hint.${tool}`)}
      </p>
      {tool !== 'choose' && drawing.points.length > 0 && (
        <div className={css.unfinished}>
          <Button small onPress={drawing.takeBack}>
            {t('takeBack')}
          </Button>
          <Button
            small
            look="primary"
            isDisabled={drawing.points.length < LEAST[tool]}
            onPress={() => drawing.finish()}
          >
            {t('finish')}
          </Button>
        </div>
      )}
    </div>
  )
}
