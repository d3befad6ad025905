import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation, useSearch } from 'wouter'

import { LANGUAGES, setLanguage, type Language } from '@/app/i18n'
import { setTheme, THEMES, useTheme } from '@/app/theme'
import { Button, LinkButton } from '@/parts/Button'
import { classes } from '@/parts/classes'
import { Actions, Dialog } from '@/parts/Dialog'
import { Form } from '@/parts/Form'
import { Select } from '@/parts/Select'
import { TextField } from '@/parts/TextField'
import { Zone } from '@/parts/Time'

import { limitOf } from './crowd'
import css from './kiosk.module.css'

/** After so long without a hand at it the screen shows the number only. */
const HIDE_MS = 4_000

interface ControlsProps {
  limit: number | undefined
  zone: string
}

/** Full screen and settings; they hide while nobody is at the screen. */
export function Controls({ limit, zone }: ControlsProps) {
  const { t } = useTranslation('kiosk')
  const isAwake = useHand()
  const [isOpen, setOpen] = useState(false)
  const [isFull, setFull] = useState(false)
  useEffect(() => {
    const changed = () => setFull(document.fullscreenElement !== null)
    document.addEventListener('fullscreenchange', changed)
    return () => document.removeEventListener('fullscreenchange', changed)
  }, [])
  const toggle = () =>
    void (isFull
      ? document.exitFullscreen()
      : document.documentElement.requestFullscreen().catch(() => undefined))
  return (
    <>
      <div className={classes(css.controls, isAwake && css.awake)}>
        <LinkButton to="/" look="quiet" icon="back">
          {t('leave')}
        </LinkButton>
        <Button look="quiet" icon="settings" onPress={() => setOpen(true)}>
          {t('settings')}
        </Button>
        <Button look="quiet" onPress={toggle}>
          {t(isFull ? 'exitFull' : 'fullScreen')}
        </Button>
      </div>
      {isOpen && (
        <Dialog title={t('settings')} isOpen onClose={() => setOpen(false)}>
          <Settings limit={limit} zone={zone} onDone={() => setOpen(false)} />
        </Dialog>
      )}
    </>
  )
}

/** Whether somebody has touched or moved anything lately. */
function useHand(): boolean {
  const [isAwake, setAwake] = useState(true)
  useEffect(() => {
    let timer = setTimeout(() => setAwake(false), HIDE_MS)
    const moved = () => {
      setAwake(true)
      clearTimeout(timer)
      timer = setTimeout(() => setAwake(false), HIDE_MS)
    }
    const signs = ['pointermove', 'pointerdown', 'keydown'] as const
    for (const sign of signs) addEventListener(sign, moved)
    return () => {
      clearTimeout(timer)
      for (const sign of signs) removeEventListener(sign, moved)
    }
  }, [])
  return isAwake
}

/** The limit is kept in the address, so that the screen begins with it; language and theme in this browser. */
function Settings({ limit, zone, onDone }: ControlsProps & { onDone: () => void }) {
  const { t, i18n } = useTranslation('kiosk')
  const { t: common } = useTranslation()
  const [location, navigate] = useLocation()
  const search = useSearch()
  const [text, setText] = useState(limit === undefined ? '' : `${limit}`)
  const theme = useTheme()
  const isWrong = text.trim() !== '' && limitOf(text) === undefined
  const save = () => {
    if (isWrong) return
    const params = new URLSearchParams(search)
    const chosen = limitOf(text)
    if (chosen === undefined) params.delete('limit')
    else params.set('limit', `${chosen}`)
    const query = params.toString()
    navigate(query ? `${location}?${query}` : location, { replace: true })
    onDone()
  }
  return (
    <Form onSubmit={save}>
      <TextField
        label={t('limit')}
        help={t('limitAbout')}
        error={isWrong ? t('limitWrong') : undefined}
        value={text}
        onChange={setText}
        inputMode="numeric"
        optional
      />
      <Select
        label={common('language')}
        value={i18n.language as Language}
        onChange={(language) => void setLanguage(language)}
        options={Object.entries(LANGUAGES).map(([value, label]) => ({ value: value as Language, label }))}
      />
      <Select
        label={common('theme.label')}
        value={theme}
        onChange={setTheme}
        options={THEMES.map((value) => ({ value, label: common(`theme.${value}`) }))}
      />
      <p>
        <Zone zone={zone} />
      </p>
      <Actions>
        <Button type="submit" look="primary">
          {common('do.save')}
        </Button>
      </Actions>
    </Form>
  )
}
