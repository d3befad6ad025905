import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'

import { answered, api, useLive, type Schema } from '@/api'
import { stateOf } from '@/parts/CameraState'
import { sentence } from '@/parts/format'
import { prepared, useFrame, useSize } from '@/parts/picture/canvas'
import { asPoint, middle, toPixels, type Point, type Size } from '@/parts/picture/geometry'
import { pictures } from '@/parts/picture/mjpeg'
import { drawPaths, drawPlate, LINE, pathOf } from '@/parts/picture/scene'

import css from './Camera.module.css'
import { Flashes } from './flashes'

type CameraView = Schema<'CameraView'>

interface StageProps {
  camera: CameraView
  showsPaths: boolean
}

const PATHS_MS = 60_000
/** How long it waits before it asks for pictures again. */
const AGAIN_MS = 2_000

/**
 * A camera's picture, or the drawing of what it sees, on a canvas. Boxes, trails, lines and zones come with it; what has just been
 * crossed lights up on it.
 */
export function Stage({ camera, showsPaths }: StageProps) {
  const { t } = useTranslation('live')
  const { t: common } = useTranslation()
  const frame = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const size = useSize(frame)
  const [flashes] = useState(() => new Flashes())
  const { state, reason } = stateOf(camera)
  const isSeen = state === 'counting' || state === 'overloaded' || state === 'connecting'
  const paths = usePaths(camera.id, showsPaths)

  const picture = useRef<ImageBitmap>(undefined)
  const draw = useFrame((again) => {
    const context = canvas.current && size && prepared(canvas.current, size)
    if (!context) return
    if (picture.current) context.drawImage(picture.current, 0, 0, size.width, size.height)
    if (showsPaths) drawPaths(context, paths, size, false)
    const lit = flashes.now(performance.now())
    for (const { rule, direction, share } of lit) {
      const line = camera.lines.find(({ name }) => name === rule)
      if (line) drawFlash(context, line, direction, share, size)
    }
    if (lit.length > 0) again()
  })
  const { aspect, hasPicture } = usePictures(camera.id, isSeen, picture, draw)
  useEffect(draw)
  useLive(({ kind, camera: at, rule, direction }) => {
    if (kind !== 'crossing' || at !== camera.id || !rule || !direction) return
    flashes.add(rule, direction, performance.now())
    draw()
  })

  const name = t(camera.shows_pictures ? 'picture' : 'drawing', { name: camera.name })
  return (
    <div
      ref={frame}
      className={css.stage}
      data-stale={!isSeen || undefined}
      style={{ aspectRatio: aspect, '--aspect': aspect } as object}
    >
      <canvas ref={canvas} role="img" aria-label={name} />
      {!isSeen && (
        <div className={css.notice}>
          <div>
            <p>{t('noState', { state: common(`state.${state}`) })}</p>
            {reason && <p lang="en">{sentence(reason)}</p>}
          </div>
        </div>
      )}
      {isSeen && !hasPicture && <div className={css.notice}>{t('waiting')}</div>}
    </div>
  )
}

/** Reads a camera's pictures as long as they are wanted; only the newest is kept. */
function usePictures(
  camera: string,
  isWanted: boolean,
  picture: RefObject<ImageBitmap | undefined>,
  draw: () => void,
) {
  const [aspect, setAspect] = useState(16 / 9)
  const [hasPicture, setHasPicture] = useState(false)
  useEffect(() => {
    if (!isWanted) return
    const ends = new AbortController()
    const read = async () => {
      for await (const blob of pictures(camera, ends.signal)) {
        const next = await createImageBitmap(blob)
        picture.current?.close()
        picture.current = next
        setAspect(next.width / next.height)
        setHasPicture(true)
        draw()
      }
    }
    const keepReading = async () => {
      while (!ends.signal.aborted) {
        // When it cannot be read the camera's state, or the banner above, says why.
        await read().catch(() => undefined)
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
      }
    }
    void keepReading()
    return () => ends.abort()
  }, [camera, isWanted, picture, draw])
  return { aspect, hasPicture }
}

/** Where people walked in the last minute. */
function usePaths(camera: string, isWanted: boolean) {
  const tracks = useQuery({
    queryKey: ['paths of the last minute', camera],
    enabled: isWanted,
    refetchInterval: 1_000,
    gcTime: 0,
    queryFn: async ({ signal }) => {
      const from = new Date(Date.now() - PATHS_MS).toISOString()
      const params = { path: { id: camera }, query: { from } }
      return await answered(api.GET('/api/v1/cameras/{id}/tracks', { params, signal }))
    },
  })
  return (tracks.data?.tracks ?? []).map(pathOf)
}

/** A line that was just crossed: it lights up, and the way's word rises from it. */
function drawFlash(
  context: CanvasRenderingContext2D,
  line: CameraView['lines'][number],
  direction: 'forward' | 'backward',
  share: number,
  size: Size,
) {
  const points = line.points.map((point) => toPixels(asPoint(point), size))
  const found = middle(points)
  if (!found) return
  context.save()
  context.globalAlpha = 1 - share
  context.strokeStyle = LINE
  context.lineCap = 'round'
  context.lineJoin = 'round'
  context.lineWidth = 12
  context.beginPath()
  points.forEach(([x, y], index) => (index === 0 ? context.moveTo(x, y) : context.lineTo(x, y)))
  context.stroke()
  const isStill = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  const far = (isStill ? 36 : 24 + 26 * share) * (direction === 'forward' ? 1 : -1)
  const at: Point = [found.at[0] + found.forward[0] * far, found.at[1] + found.forward[1] * far]
  drawPlate(context, `+1 ${direction === 'forward' ? line.forward : line.backward}`, at, LINE)
  context.restore()
}
