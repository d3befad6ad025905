import type { ReactNode } from 'react'

import css from './Badge.module.css'
import { classes } from './classes'

export type Mood = 'good' | 'warn' | 'bad' | 'idle'

/** A state in a word or two. The word says it; the colour only helps. */
export function Badge({ mood = 'idle', children }: { mood?: Mood; children: ReactNode }) {
  return (
    <span className={classes(css.badge, css[mood])}>
      <span className={css.dot} aria-hidden="true" />
      {children}
    </span>
  )
}
