import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Button } from './Button'
import css from './CopyField.module.css'
import { classes } from './classes'
import { toast } from './toasts'

interface CopyFieldProps {
  /** What it is, for screen readers. */
  label: string
  value: string
  className?: string
}

/** A text that is to be taken elsewhere, with a button that copies it. */
export function CopyField({ label, value, className }: CopyFieldProps) {
  const { t } = useTranslation()
  const text = useRef<HTMLElement>(null)
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value)
      setCopied(true)
    } catch {
      // Browsers have no clipboard for plain connections. What is selected can still be copied by hand.
      if (text.current) window.getSelection()?.selectAllChildren(text.current)
      toast(t('copy.failed'), { look: 'failed' })
    }
  }
  return (
    <div className={classes(css.field, className)} role="group" aria-label={label}>
      <code ref={text} className={css.text} tabIndex={0} aria-label={label}>
        {value}
      </code>
      <Button small icon={copied ? 'check' : 'copy'} onPress={() => void copy()}>
        {copied ? t('do.copied') : t('do.copy')}
      </Button>
    </div>
  )
}
