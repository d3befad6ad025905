import { useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { prepared, useFrame, useSize } from '@/parts/picture/canvas'
import { toPixels, type Size } from '@/parts/picture/geometry'
import { drawPaths, drawShape, LINE, ZONE, type Path } from '@/parts/picture/scene'

import css from './Board.module.css'
import { LEAST, shape } from './draft'
import type { Action, Editor } from './editor'
import { useKeys } from './keys'
import { usePointer } from './pointer'
import type { Drawing, Tool } from './tool'

export interface BoardProps {
  editor: Editor
  dispatch: (action: Action) => void
  tool: Tool
  drawing: Drawing
  aspect: number
  picture: ImageBitmap | undefined
  paths: readonly Path[]
  isReadOnly: boolean
}

/** The picture with what is drawn on it. Everything on it can be done by mouse, by touch and by keyboard. */
export function Board(props: BoardProps) {
  const { editor, drawing, tool, aspect, picture, paths } = props
  const { t } = useTranslation('drawing')
  const help = useId()
  const frame = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const size = useSize(frame)
  const [said, say] = useState('')
  const pointer = usePointer({ ...props, size, canvas })
  const onKeyDown = useKeys({ ...props, say })

  const draw = useFrame(() => {
    const context = canvas.current && size && prepared(canvas.current, size)
    if (!context) return
    drawGround(context, size, picture)
    drawPaths(context, paths, size, true)
    for (const draft of editor.drafts) {
      const isChosen = draft.key === editor.chosen
      drawShape(context, shape(draft), size, {
        selected: isChosen,
        handles: isChosen && !props.isReadOnly,
        held: isChosen ? editor.held : undefined,
      })
    }
    if (pointer.guide) drawGuide(context, pointer.guide)
    drawUnfinished(context, size, tool, drawing)
  })
  useEffect(draw)

  return (
    <div ref={frame} className={css.frame} style={{ aspectRatio: aspect, '--aspect': aspect } as object}>
      <canvas
        ref={canvas}
        className={css.canvas}
        role="application"
        aria-label={t('board.label')}
        aria-describedby={help}
        tabIndex={0}
        data-tool={tool}
        data-on={pointer.on}
        onKeyDown={onKeyDown}
        {...pointer.handlers}
      />
      <p id={help} className="unseen">
        {tool === 'choose' ? t('board.keysChoose') : t('board.keysDraw')}
      </p>
      <p className="unseen" role="status">
        {said}
      </p>
    </div>
  )
}

/** The picture, or where it is not shown a dark ground with a grid. */
function drawGround(context: CanvasRenderingContext2D, { width, height }: Size, picture?: ImageBitmap) {
  if (picture) {
    context.drawImage(picture, 0, 0, width, height)
    return
  }
  context.fillStyle = '#12161d'
  context.fillRect(0, 0, width, height)
  context.strokeStyle = 'rgb(255 255 255 / 6%)'
  context.lineWidth = 1
  context.beginPath()
  for (let step = 1; step < 10; step += 1) {
    context.moveTo((width * step) / 10, 0)
    context.lineTo((width * step) / 10, height)
    context.moveTo(0, (height * step) / 10)
    context.lineTo(width, (height * step) / 10)
  }
  context.stroke()
}

function drawGuide(
  context: CanvasRenderingContext2D,
  [from, to]: [readonly [number, number], readonly [number, number]],
) {
  context.save()
  context.setLineDash([4, 4])
  context.strokeStyle = '#ffffff'
  context.beginPath()
  context.moveTo(...from)
  context.lineTo(...to)
  context.stroke()
  context.restore()
}

/** What has been drawn so far, with the stretch to the cursor. */
function drawUnfinished(context: CanvasRenderingContext2D, size: Size, tool: Tool, drawing: Drawing) {
  if (tool === 'choose') return
  const points = [...drawing.points, ...(drawing.cursor ? [drawing.cursor] : [])].map((point) =>
    toPixels(point, size),
  )
  context.save()
  context.strokeStyle = tool === 'line' ? LINE : ZONE
  context.fillStyle = context.strokeStyle
  context.lineWidth = 3
  context.setLineDash([7, 5])
  context.beginPath()
  points.forEach(([x, y], index) => (index === 0 ? context.moveTo(x, y) : context.lineTo(x, y)))
  if (tool === 'zone' && points.length > LEAST.zone) context.closePath()
  context.stroke()
  context.setLineDash([])
  for (const [x, y] of points.slice(0, drawing.points.length)) {
    context.beginPath()
    context.arc(x, y, 6, 0, Math.PI * 2)
    context.fill()
  }
  const cursor = drawing.cursor && toPixels(drawing.cursor, size)
  if (cursor) {
    const [x, y] = cursor
    context.lineWidth = 1.5
    context.strokeStyle = '#ffffff'
    context.beginPath()
    context.moveTo(x - 14, y)
    context.lineTo(x + 14, y)
    context.moveTo(x, y - 14)
    context.lineTo(x, y + 14)
    context.stroke()
  }
  context.restore()
}
