import { Suspense, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Route, Switch, useLocation } from 'wouter'

import { Loading, NoRights } from '@/parts/State'
import { LinkButton } from '@/parts/Button'
import { EmptyState } from '@/parts/State'
import { Page } from '@/parts/Page'

import { useAuth } from './auth'
import { Boundary } from './Boundary'
import { Navigation } from './Navigation'
import { OfflineBanner } from './OfflineBanner'
import { PAGES, type PageEntry } from './pages'
import { mayEverywhere, maySomewhere, type Rights } from './rights'
import css from './Shell.module.css'

/** Whether somebody may open a page. */
export function mayOpen({ role, everywhere }: PageEntry, rights: Rights): boolean {
  return everywhere ? mayEverywhere(rights, role) : maySomewhere(rights, role)
}

/** The window around every page: navigation, what is wrong with the connection, and the page itself. */
export function Shell() {
  return (
    <Switch>
      {PAGES.filter((entry) => entry.bare).map((entry) => (
        <Route key={entry.path} path={entry.path}>
          <Content entry={entry} />
        </Route>
      ))}
      <Route>
        <Framed />
      </Route>
    </Switch>
  )
}

function Framed() {
  const { t } = useTranslation()
  const { rights } = useAuth()
  const [location] = useLocation()
  const main = useFocusOnChange(location)
  return (
    <div className={css.shell}>
      <a className={`${css.skip ?? ''} unseen`} href="#main">
        {t('nav.skip')}
      </a>
      <Navigation pages={PAGES.filter((entry) => mayOpen(entry, rights))} />
      <div className={css.column}>
        <OfflineBanner />
        <main id="main" ref={main} tabIndex={-1} className={css.main}>
          <Boundary name={location}>
            <Switch>
              {PAGES.filter((entry) => !entry.bare).map((entry) => (
                <Route key={entry.path} path={entry.path}>
                  <Content entry={entry} />
                </Route>
              ))}
              <Route>
                <NotFound />
              </Route>
            </Switch>
          </Boundary>
        </main>
      </div>
    </div>
  )
}

/** Moves the focus to the new page, so that screen readers and the keyboard begin there. */
function useFocusOnChange(location: string) {
  const main = useRef<HTMLElement>(null)
  const [first] = useState(location)
  const moved = useRef(false)
  useEffect(() => {
    if (location === first && !moved.current) return
    moved.current = true
    main.current?.focus({ preventScroll: true })
    window.scrollTo(0, 0)
  }, [location, first])
  return main
}

function Content({ entry }: { entry: PageEntry }) {
  const { rights } = useAuth()
  if (!mayOpen(entry, rights)) return <NoRights isPage />
  const { page: Shown } = entry
  return (
    <Suspense
      fallback={
        <Page wide>
          <Loading />
        </Page>
      }
    >
      <Shown />
    </Suspense>
  )
}

function NotFound() {
  const { t } = useTranslation()
  return (
    <EmptyState
      isPage
      icon="search"
      title={t('notFound.title')}
      action={<LinkButton to="/">{t('notFound.home')}</LinkButton>}
    >
      {t('notFound.about')}
    </EmptyState>
  )
}
