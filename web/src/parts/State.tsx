import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { problemOf } from '@/api'

import { Button } from './Button'
import { classes } from './classes'
import { sentence } from './format'
import { Icon, type IconName } from './Icon'
import { useProblemWords } from './ProblemText'
import css from './state.module.css'

interface EmptyProps {
  icon: IconName
  title: string
  /** What to do next. */
  children?: ReactNode
  action?: ReactNode
  /** It is all that the page shows, so its title is the page's. */
  isPage?: boolean
}

/** There is nothing yet: says what to do next. */
export function EmptyState({ icon, title, children, action, isPage }: EmptyProps) {
  const Title = isPage ? 'h1' : 'h2'
  return (
    <div className={css.state}>
      <span className={css.sign}>
        <Icon name={icon} size={26} />
      </span>
      <Title>{title}</Title>
      {children && <p className={css.about}>{children}</p>}
      {action}
    </div>
  )
}

/** It could not be read: says why, and what to do. */
export function ErrorState({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation()
  const problem = problemOf(error)
  const { summary, detail } = useProblemWords()(problem)
  if (problem.code === 'not_allowed') return <NoRights detail={detail} />
  return (
    <div role="alert" className={css.state}>
      <span className={css.sign}>
        <Icon name={problem.code === 'offline' ? 'offline' : 'error'} size={26} />
      </span>
      <h2>{summary}</h2>
      {detail && (
        <p className={css.about} lang="en">
          {sentence(detail)}
        </p>
      )}
      {retry && (
        <Button icon="refresh" onPress={retry}>
          {t('do.retry')}
        </Button>
      )}
    </div>
  )
}

/** Somebody may not see or do this: says whom to ask. */
export function NoRights({ detail, isPage }: { detail?: string; isPage?: boolean }) {
  const { t } = useTranslation()
  return (
    <EmptyState icon="lock" title={t('noRights.title')} isPage={isPage ?? false}>
      {t('noRights.about')}
      {detail && (
        <>
          {' '}
          <span lang="en">({detail})</span>
        </>
      )}
    </EmptyState>
  )
}

/** Something is on its way. The shape is kept, so that nothing jumps when it comes. */
export function Loading({ lines = 4 }: { lines?: number }) {
  const { t } = useTranslation()
  return (
    <div className={css.skeleton} role="status">
      <span className="unseen">{t('loading')}</span>
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className={css.bone} aria-hidden="true" />
      ))}
    </div>
  )
}

/** A remark beside what it is about. */
export function Note({ look = 'info', children }: { look?: 'info' | 'warn' | 'good'; children: ReactNode }) {
  return (
    <div className={classes(css.note, css[look])}>
      <Icon name={look === 'warn' ? 'warning' : look === 'good' ? 'check' : 'info'} />
      <div>{children}</div>
    </div>
  )
}
