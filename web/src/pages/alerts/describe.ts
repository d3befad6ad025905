import type { TFunction } from 'i18next'

import { formatLength, formatNumber } from '@/parts/format'

import { stretches, WEEKDAYS, type QuietHours } from './quiet'
import type { Condition, Counted, Rule } from './types'

/** The texts, and how the things are called that a rule names by their ids. */
export interface Words {
  t: TFunction<'alerts'>
  language: string
  camera: (id: string) => string
  channel: (id: string) => string
}

const list = (items: string[], language: string) => new Intl.ListFormat(language).format(items)

/** What a rule notices, in a sentence. */
export function noticed(condition: Condition, words: Words): string {
  const { t, language } = words
  const number = (value: number) => formatNumber(value, language, 2)
  const cameras = (ids: readonly string[] = []) =>
    ids.length ? list(ids.map(words.camera), language) : t('words.allCameras')
  switch (condition.kind) {
    case 'occupancy': {
      const { place, threshold } = condition
      const limit = number(threshold.limit)
      if (place.of === 'site') return t(`words.site_${threshold.side}`, { limit })
      return t(`words.zone_${threshold.side}`, {
        limit,
        zone: place.zone,
        camera: words.camera(place.camera),
      })
    }
    case 'count': {
      const { side, limit } = condition.threshold
      const window = formatLength(condition.window_min * 60, language)
      const what = t(`words.count_${side}`, { limit: number(limit), window })
      return only(what, condition.counted, words)
    }
    case 'offline':
      return t('words.offline', { cameras: cameras(condition.cameras) })
    case 'frozen':
      return t('words.frozen', { cameras: cameras(condition.cameras) })
    case 'unusual': {
      const deviations = number(condition.deviations ?? 4)
      return only(t('words.unusual', { count: condition.weeks ?? 8, deviations }), condition.counted, words)
    }
  }
}

/** A sentence with what it is narrowed to. */
function only(sentence: string, counted: Counted, { t, language, camera }: Words): string {
  const { cameras, lines, classes, directions } = counted
  const direction = (name: string) => (name === 'forward' ? t('words.forward') : t('words.backward'))
  const parts = [...lines, ...classes, ...directions.map(direction), ...cameras.map(camera)]
  return parts.length ? `${sentence}. ${t('words.only', { list: list(parts, language) })}` : sentence
}

/** When it begins and ends, as short sentences. */
export function begins(rule: Rule, { t, language }: Words): string[] {
  const hold = rule.hold_s ?? 0
  const forHow = rule.clear_s ? formatLength(rule.clear_s, language) : undefined
  const threshold = 'threshold' in rule.condition ? rule.condition.threshold : undefined
  const back = threshold?.clear ?? undefined
  const first = hold
    ? t('words.beginsAfter', { time: formatLength(hold, language) })
    : t('words.beginsAtOnce')
  if (threshold && back !== undefined) {
    const clear = formatNumber(back, language, 2)
    const end = forHow
      ? t(`words.endsAtAfter_${threshold.side}`, { clear, time: forHow })
      : t(`words.endsAt_${threshold.side}`, { clear })
    return [first, end]
  }
  return [first, forHow ? t('words.endsAfter', { time: forHow }) : t('words.endsAtOnce')]
}

/** When nobody is told. */
export function quietInWords(
  quiet: readonly QuietHours[],
  { t, language }: Pick<Words, 't' | 'language'>,
): string {
  const one = ({ days: named, from, until }: QuietHours) => {
    const days = named?.length && named.length < WEEKDAYS.length ? daysInWords(named, t) : t('words.everyDay')
    return from === until ? t('words.wholeDay', { days }) : t('words.hours', { days, from, until })
  }
  return list(quiet.map(one), language)
}

function daysInWords(days: NonNullable<QuietHours['days']>, t: TFunction<'alerts'>): string {
  return stretches(days)
    .map(([first, last]) =>
      first === last ? t(`days.${first}`) : `${t(`days.${first}`)}–${t(`days.${last}`)}`,
    )
    .join(', ')
}

/** Who is told, and when. */
export function tells(rule: Rule, words: Words): string[] {
  const { t, language } = words
  const names = (channels: readonly string[]) => list(channels.map(words.channel), language)
  const channels = rule.channels ?? []
  const steps = rule.escalation ?? []
  return [
    channels.length ? t('words.tells', { names: names(channels) }) : t('words.tellsNobody'),
    ...steps.map((step) =>
      t('words.escalates', { time: formatLength(step.after_s, language), names: names(step.channels) }),
    ),
    ...(rule.quiet?.length ? [t('words.quiet', { when: quietInWords(rule.quiet, words) })] : []),
    ...((channels.length || steps.length) && (rule.tell_resolved ?? true) ? [t('words.tellsResolved')] : []),
  ]
}
