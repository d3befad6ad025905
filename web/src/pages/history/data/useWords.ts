import { useTranslation } from 'react-i18next'

import { formatLength, formatNumber } from '@/parts/format'

import type { GroupKey } from '../layers'
import type { Direction, View } from '../view'
import { watched, watchedShare, type Look, type Watchable } from '../watched'
import { directionNames } from './directions'
import type { Place } from './usePlace'

/** What is counted in the reader's words. */
export function useWords(place: Place, view: Pick<View, 'cameras' | 'rules'>) {
  const { t, i18n } = useTranslation('history')
  const names = directionNames(place.cameras, view)
  const language = i18n.language
  const number = (value: number) => formatNumber(value, language)
  const decimal = (value: number) => formatNumber(value, language, 1)
  const percent = (share: number, digits = 0) =>
    share.toLocaleString(language, { style: 'percent', maximumFractionDigits: digits })
  const direction = (one: Direction) => names?.[one] ?? t(`direction.${one}`)
  const kind = (name: string) =>
    i18n.exists(`class.${name}`, { ns: 'history' }) ? t(`class.${name}` as 'class.person') : name
  return {
    number,
    decimal,
    signed: (value: number) => value.toLocaleString(language, { signDisplay: 'exceptZero' }),
    percent,
    length: (seconds: number) => formatLength(seconds, language),
    direction,
    /** How one line calls a direction. */
    directionOf: (camera: string, rule: string | undefined, one: Direction) =>
      place.cameras.find(({ id }) => id === camera)?.lines.find(({ name }) => name === rule)?.[one] ??
      t(`direction.${one}`),
    /** What a class is called; the model names it in English. */
    kind,
    group(of: GroupKey | number): string {
      if (typeof of === 'number') return t('others', { count: of })
      const parts = [
        of.site === null ? undefined : place.siteName(of.site),
        of.camera === null ? undefined : place.cameraName(of.camera),
        of.rule ?? undefined,
        of.class === null ? undefined : kind(of.class),
        of.direction === null ? undefined : direction(of.direction as Direction),
      ]
      return parts.filter(Boolean).join(' · ')
    },
    /** How much of a stretch was watched; undefined where all of it was. */
    remark(stretch: Watchable, look: Look): string | undefined {
      const state = watched(stretch, look)
      switch (state) {
        case 'full':
          return undefined
        case 'part':
          // Rounded down: what was not all watched must not be called so.
          return t('watched.part', {
            share: percent(Math.floor((watchedShare(stretch, look) ?? 0) * 100) / 100),
          })
        default:
          return t(`watched.${state}`)
      }
    },
  }
}

export type Words = ReturnType<typeof useWords>
