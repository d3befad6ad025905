import { useTranslation } from 'react-i18next'

import { formatTime } from '@/parts/format'
import type { IconName } from '@/parts/Icon'
import { useSites } from '@/parts/places'

import { mute, nextStep } from '../progress'
import type { Alert, Rule } from '../types'
import { useWords } from '../words'

interface Line {
  icon: IconName
  text: string
}

/** Who knows of an alert, who will, and why nobody is told. */
export function useProgress(alert: Alert, rule: Rule | undefined, now: number): Line[] {
  const { t, i18n } = useTranslation('alerts')
  const { zoneOf } = useSites()
  const { channel } = useWords()
  const zone = zoneOf(alert.site)
  const list = new Intl.ListFormat(i18n.language)
  const clock = (time: number | string) => formatTime(new Date(time), 'short', i18n.language, zone)
  const names = (channels: readonly string[]) => list.format([...new Set(channels)].map(channel))

  const lines: Line[] = []
  const told = alert.told_channels ?? []
  if (told.length > 0) lines.push({ icon: 'people', text: t('now.told', { names: names(told) }) })
  else if (alert.told) lines.push({ icon: 'people', text: t('now.toldNobody') })

  if (alert.acknowledged) {
    const { by, time } = alert.acknowledged
    const text = t('now.acknowledged', { name: by || t('now.somebody'), time: clock(time) })
    lines.push({ icon: 'check', text })
  }
  const muted = mute(alert, rule, now, zone)
  if (muted?.why === 'silenced') {
    lines.push({ icon: 'pause', text: t('now.silenced', { time: clock(muted.until) }) })
  } else if (muted) {
    const text =
      muted.until === Infinity ? t('now.quietForEver') : t('now.quiet', { time: clock(muted.until) })
    lines.push({ icon: 'pause', text })
  }
  const next = muted ? undefined : nextStep(alert, rule)
  if (next) {
    const text = t('now.next', { names: names(next.channels), time: clock(Math.max(next.at, now)) })
    lines.push({ icon: 'clock', text })
  }
  return lines
}
