import { useEffect, type ReactNode } from 'react'
import { Link } from 'wouter'

import { classes } from './classes'
import { Icon } from './Icon'
import css from './Page.module.css'

interface HeaderProps {
  title: string
  about?: ReactNode
  /** Where the page belongs: `{ to: '/cameras', title: t('cameras') }`. */
  back?: { to: string; title: string }
  actions?: ReactNode
}

/** A page's head: its only `h1`, and the window's title. */
export function PageHeader({ title, about, back, actions }: HeaderProps) {
  useEffect(() => {
    document.title = `${title} · camtally`
  }, [title])
  return (
    <header className={css.header}>
      <div className={css.titles}>
        {back && (
          <Link to={back.to} className={css.back}>
            <Icon name="back" size={14} />
            {back.title}
          </Link>
        )}
        <h1 tabIndex={-1}>{title}</h1>
        {about && <div className={css.about}>{about}</div>}
      </div>
      {actions && <div className={css.actions}>{actions}</div>}
    </header>
  )
}

/** A page's content. `wide` uses the whole width, for pictures, charts and tables. */
export function Page({ children, wide }: { children: ReactNode; wide?: boolean }) {
  return <div className={classes(css.page, wide && css.wide)}>{children}</div>
}

interface CardProps {
  title?: string
  about?: ReactNode
  actions?: ReactNode
  children: ReactNode
  className?: string
}

/** A part of a page with a frame, and a title of its own. */
export function Card({ title, about, actions, children, className }: CardProps) {
  return (
    <section className={classes(css.card, className)} aria-label={title}>
      {(title !== undefined || actions !== undefined) && (
        <div className={css.cardHead}>
          <div>
            {title && <h2>{title}</h2>}
            {about && <p className={css.about}>{about}</p>}
          </div>
          {actions && <div className={css.actions}>{actions}</div>}
        </div>
      )}
      {children}
    </section>
  )
}

/** Names with their values. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className={css.facts}>{children}</dl>
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
