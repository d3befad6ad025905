import i18next, { type BackendModule, type ReadCallback } from 'i18next'
import { initReactI18next } from 'react-i18next'

import type accuracy from '@/locales/en/accuracy.json'
import type alerts from '@/locales/en/alerts.json'
import type cameras from '@/locales/en/cameras.json'
import type common from '@/locales/en/common.json'
import type drawing from '@/locales/en/drawing.json'
import type history from '@/locales/en/history.json'
import type kiosk from '@/locales/en/kiosk.json'
import type live from '@/locales/en/live.json'
import type people from '@/locales/en/people.json'
import type sign from '@/locales/en/sign.json'
import type system from '@/locales/en/system.json'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common'
    resources: {
      accuracy: typeof accuracy
      alerts: typeof alerts
      cameras: typeof cameras
      common: typeof common
      drawing: typeof drawing
      history: typeof history
      kiosk: typeof kiosk
      live: typeof live
      people: typeof people
      sign: typeof sign
      system: typeof system
    }
  }
}

export const LANGUAGES = { en: 'English', vi: 'Tiếng Việt' } as const
export type Language = keyof typeof LANGUAGES

const KEPT = 'camtally.language'

/** What somebody has chosen, else the first of the browser's languages that there is. */
export function chosenLanguage(kept: string | null, browser: readonly string[]): Language {
  const wanted = [kept, ...browser].map((tag) => tag?.split('-')[0])
  return wanted.find((tag): tag is Language => tag !== undefined && tag in LANGUAGES) ?? 'en'
}

/** Each area's texts are loaded with the first page that needs them. */
const files: BackendModule = {
  type: 'backend',
  init: () => undefined,
  read: (language: string, area: string, done: ReadCallback) => {
    import(`../locales/${language}/${area}.json`).then(
      (file: { default: Record<string, string> }) => done(null, file.default),
      (error: unknown) => done(error instanceof Error ? error : String(error), null),
    )
  },
}

export async function startI18n() {
  await i18next
    .use(files)
    .use(initReactI18next)
    .init({
      lng: chosenLanguage(localStorage.getItem(KEPT), navigator.languages),
      supportedLngs: Object.keys(LANGUAGES),
      fallbackLng: false,
      ns: ['common'],
      defaultNS: 'common',
      interpolation: { escapeValue: false },
      returnNull: false,
    })
  document.documentElement.lang = i18next.language
}

export async function setLanguage(language: Language) {
  localStorage.setItem(KEPT, language)
  await i18next.changeLanguage(language)
  document.documentElement.lang = language
}
