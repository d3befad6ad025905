import type { ReactNode } from 'react'

import css from './report.module.css'

interface SectionProps {
  title: string
  about?: string
  children: ReactNode
}

/** A part of the report that is not torn apart between two sheets where that can be helped. */
export function Section({ title, about, children }: SectionProps) {
  return (
    <section className={css.section}>
      <h3>{title}</h3>
      {about && <p className={css.about}>{about}</p>}
      {children}
    </section>
  )
}
