import type { Camera } from '../useAudits'
import css from './mark.module.css'

interface OverlayProps {
  camera: Camera | undefined
  lines: readonly string[]
  /** Width by height of the picture beneath: it has bars at its sides where the window is of another shape. */
  aspect: number
}

/** The lines over the picture, each in the colour of its keys. */
export function Overlay({ camera, lines, aspect }: OverlayProps) {
  return (
    <svg className={css.overlay} viewBox={`0 0 ${aspect} 1`} aria-hidden="true">
      {lines.map((name, index) => {
        const line = camera?.lines.find((one) => one.name === name)
        const points = line?.points.map(([x = 0, y = 0]) => `${x * aspect},${y}`).join(' ')
        return points && <polyline key={name} points={points} className={css[`line${(index % 6) + 1}`]} />
      })}
    </svg>
  )
}
