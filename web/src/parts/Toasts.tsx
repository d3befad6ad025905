import { useTranslation } from 'react-i18next'

import { Button } from './Button'
import { classes } from './classes'
import { Icon } from './Icon'
import css from './Toasts.module.css'
import { dismiss, hold, useToasts } from './toasts'

/** Where toasts appear. It is always there, so that screen readers notice what comes into it. */
export function Toasts() {
  const { t } = useTranslation()
  const toasts = useToasts()
  return (
    <div
      className={css.region}
      role="status"
      aria-live="polite"
      onPointerEnter={() => hold(true)}
      onPointerLeave={() => hold(false)}
      onFocus={() => hold(true)}
      onBlur={() => hold(false)}
    >
      {toasts.map(({ id, text, look, undo }) => (
        <div key={id} className={classes(css.toast, css[look])}>
          <Icon name={look === 'done' ? 'check' : 'error'} />
          <span className={css.text}>{text}</span>
          {undo && (
            <Button
              small
              look="quiet"
              icon="undo"
              onPress={() => {
                dismiss(id)
                undo()
              }}
            >
              {t('do.undo')}
            </Button>
          )}
          <Button small look="quiet" icon="close" aria-label={t('do.close')} onPress={() => dismiss(id)} />
        </div>
      ))}
    </div>
  )
}
