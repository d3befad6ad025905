import { memo, useEffect, useRef, useState, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import type { Schema } from '@/api'
import { CameraState } from '@/parts/CameraState'
import { Num } from '@/parts/Time'

import { snapshots } from './snapshots'
import css from './Wall.module.css'

type CameraView = Schema<'CameraView'>

interface TileProps {
  camera: CameraView
  zone: string
  /** Today's crossings. */
  total: number
}

const hasPictures = ({ state }: CameraView) =>
  state === 'counting' || state === 'overloaded' || state === 'connecting'

/** A camera on the wall. Hundreds of events must not draw those anew that have not changed. */
export const Tile = memo(
  function Tile({ camera, zone, total }: TileProps) {
    const { t } = useTranslation('live')
    const tile = useRef<HTMLLIElement>(null)
    const image = useRef<HTMLImageElement>(null)
    const isShown = useShown(tile)
    const hasPicture = usePictures(camera.id, image, isShown && hasPictures(camera))
    const inside = camera.zones.reduce((sum, { occupancy }) => sum + occupancy, 0)
    return (
      <li ref={tile} className={css.tile}>
        <div className={css.picture} data-stale={!hasPictures(camera) || undefined}>
          <img ref={image} alt="" hidden={!hasPicture} />
          {!hasPicture && (
            <span className={css.noPicture}>{t(hasPictures(camera) ? 'waiting' : 'noPicture')}</span>
          )}
        </div>
        <div className={css.foot}>
          <Link to={`/live/${camera.id}`} className={css.link}>
            {camera.name}
          </Link>
          <CameraState camera={camera} zone={zone} />
        </div>
        <dl className={css.numbers}>
          {camera.lines.length > 0 && (
            <div>
              <dt>{t('today')}</dt>
              <dd>
                <Num value={total} />
              </dd>
            </div>
          )}
          {camera.zones.length > 0 && (
            <div>
              <dt>{t('insideNow')}</dt>
              <dd>
                <Num value={inside} />
              </dd>
            </div>
          )}
          {camera.lines.length + camera.zones.length === 0 && <div className={css.none}>{t('noLines')}</div>}
        </dl>
      </li>
    )
  },
  (before, after) =>
    before.total === after.total && before.zone === after.zone && face(before.camera) === face(after.camera),
)

/** What of a camera a tile shows. */
function face({ id, name, lines, zones, ...camera }: CameraView): string {
  const since = 'since' in camera ? camera.since : ''
  return [id, name, camera.state, since, lines.length, ...zones.map(({ occupancy }) => occupancy)].join('\n')
}

/** Whether an element is in the window, or nearly. */
function useShown(element: RefObject<HTMLElement | null>): boolean {
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    const watched = element.current
    if (!watched) return
    const observer = new IntersectionObserver(([entry]) => setShown(entry?.isIntersecting ?? false), {
      rootMargin: '100px',
    })
    observer.observe(watched)
    return () => observer.disconnect()
  }, [element])
  return isShown
}

/** Shows a camera's pictures in an image; gives whether there is one. */
function usePictures(camera: string, image: RefObject<HTMLImageElement | null>, isWanted: boolean): boolean {
  const [hasPicture, setHasPicture] = useState(false)
  useEffect(() => {
    if (!isWanted) return
    return snapshots.watch(camera, (picture) => {
      const shown = image.current
      if (!shown) return
      const address = URL.createObjectURL(picture)
      // The one before is let go once it is no longer needed.
      shown.onload = shown.onerror = () => URL.revokeObjectURL(address)
      shown.src = address
      setHasPicture(true)
    })
  }, [camera, image, isWanted])
  return hasPicture
}
