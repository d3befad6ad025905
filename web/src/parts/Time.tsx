import { useTranslation } from 'react-i18next'

import { formatLength, formatNumber, formatTime, formatZone } from './format'

interface DateTimeProps {
  time: string | Date
  zone: string
  style?: 'time' | 'seconds' | 'date' | 'short' | 'long'
  /** Names the zone beside it; elsewhere the page must. */
  withZone?: boolean
}

/** A moment by the site's clock. Pointing at it shows all of it. */
export function DateTime({ time, zone, style = 'short', withZone }: DateTimeProps) {
  const { i18n } = useTranslation()
  const whole = `${formatTime(time, 'long', i18n.language, zone)} ${zone}`
  return (
    <time className="tabular" dateTime={typeof time === 'string' ? time : time.toISOString()} title={whole}>
      {formatTime(time, style, i18n.language, zone)}
      {withZone && ` ${zone}`}
    </time>
  )
}

/** The site's time zone, named once on each page with times. */
export function Zone({ zone }: { zone: string }) {
  const { t, i18n } = useTranslation()
  return <>{t('timesIn', { zone: formatZone(zone, i18n.language) })}</>
}

export function Num({ value, digits = 0 }: { value: number; digits?: number }) {
  const { i18n } = useTranslation()
  return <span className="tabular">{formatNumber(value, i18n.language, digits)}</span>
}

/** A length of time. */
export function Length({ seconds }: { seconds: number }) {
  const { i18n } = useTranslation()
  return <span className="tabular">{formatLength(seconds, i18n.language)}</span>
}
