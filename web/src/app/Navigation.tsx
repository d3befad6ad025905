import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'wouter'

import { classes } from '@/parts/classes'
import { Icon } from '@/parts/Icon'

import { Logo } from './Logo'
import css from './Navigation.module.css'
import type { PageEntry, Place } from './pages'
import { You } from './You'

type Listed = PageEntry & { place: Place }

const GROUPS = ['watch', 'understand', 'manage'] as const
/** How many pages a phone shows at once; the rest is behind "More". */
const AT_HAND = 4

/** The way to every page: at the side, and on phones at the bottom. */
export function Navigation({ pages }: { pages: readonly PageEntry[] }) {
  const { t } = useTranslation()
  const listed = pages.filter((page): page is Listed => page.place !== undefined)
  return (
    <>
      <nav className={css.side} aria-label={t('nav.label')}>
        <Link to="/" className={css.logo} aria-label={t('nav.home')}>
          <Logo />
        </Link>
        <Groups pages={listed} />
        <You />
      </nav>
      <PhoneNavigation pages={listed} />
    </>
  )
}

function Groups({ pages }: { pages: readonly Listed[] }) {
  const { t } = useTranslation()
  return (
    <div className={css.groups}>
      {GROUPS.map((group) => {
        const shown = pages.filter((page) => page.place.group === group)
        if (shown.length === 0) return null
        return (
          <div key={group}>
            <p className={css.group}>{t(`nav.${group}`)}</p>
            <ul>
              {shown.map((page) => (
                <li key={page.path}>
                  <Item page={page} look={css.item} />
                </li>
              ))}
            </ul>
          </div>
        )
      })}
    </div>
  )
}

function Item({ page, look }: { page: Listed; look: string | undefined }) {
  const { t } = useTranslation()
  const [location] = useLocation()
  const here =
    page.path === '/' ? location === '/' || location.startsWith('/live/') : location.startsWith(page.path)
  return (
    <Link to={page.path} className={classes(look, here && css.here)} aria-current={here ? 'page' : undefined}>
      <Icon name={page.place.icon} />
      <span>{t(`nav.${page.place.title}`)}</span>
    </Link>
  )
}

function PhoneNavigation({ pages }: { pages: readonly Listed[] }) {
  const { t } = useTranslation()
  const [isOpen, setOpen] = useState(false)
  const sheet = useRef<HTMLDialogElement>(null)

  useEffect(() => {
    if (isOpen) sheet.current?.showModal()
    else sheet.current?.close()
  }, [isOpen])

  return (
    <nav className={css.phone} aria-label={t('nav.label')}>
      {pages.slice(0, AT_HAND).map((page) => (
        <Item key={page.path} page={page} look={css.tab} />
      ))}
      <button type="button" className={css.tab} aria-expanded={isOpen} onClick={() => setOpen(true)}>
        <Icon name="menu" />
        <span>{t('nav.more')}</span>
      </button>
      <dialog
        ref={sheet}
        className={css.sheet}
        aria-label={t('nav.more')}
        onClose={() => setOpen(false)}
        // A press beside it or on a link in it closes it.
        onClick={({ target }) => {
          if (target === sheet.current || (target instanceof Element && target.closest('a'))) setOpen(false)
        }}
      >
        <div className={css.sheetBody}>
          <Groups pages={pages} />
          <You />
          <button type="button" className={css.item} onClick={() => setOpen(false)}>
            <Icon name="close" />
            {t('do.close')}
          </button>
        </div>
      </dialog>
    </nav>
  )
}
