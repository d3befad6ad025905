import { useTranslation } from 'react-i18next'

import { classes } from '@/parts/classes'

import type { Key } from '../keys'
import { counted, type Marks } from '../marks'
import type { Camera } from '../useAudits'
import css from './mark.module.css'

interface PadsProps {
  lines: readonly string[]
  keys: readonly Key[]
  camera: Camera | undefined
  marks: Marks
  isDisabled: boolean
  onMark: (key: Key) => void
}

/** A button for each line and direction; the same with a key of the keyboard. */
export function Pads({ lines, keys, camera, marks, isDisabled, onMark }: PadsProps) {
  const { t } = useTranslation('accuracy')
  return (
    <div className={css.pads}>
      {lines.map((name, index) => (
        <fieldset key={name} className={css.line}>
          <legend>
            <span className={classes(css.swatch, css[`swatch${(index % 6) + 1}`])} aria-hidden="true" />
            {name}
          </legend>
          {keys
            .filter(({ line }) => line === name)
            .map((key) => (
              <button
                key={key.key}
                type="button"
                className={css.pad}
                disabled={isDisabled}
                onClick={() => onMark(key)}
              >
                <span className={css.way}>
                  {camera?.lines.find((line) => line.name === name)?.[key.direction] ??
                    t(`direction.${key.direction}`)}
                </span>
                <strong>{counted(marks, name, key.direction)}</strong>
                <kbd>{key.key.toUpperCase()}</kbd>
              </button>
            ))}
        </fieldset>
      ))}
    </div>
  )
}
