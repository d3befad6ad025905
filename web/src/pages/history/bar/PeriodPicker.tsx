import { useState } from 'react'
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog'
import { Popover } from 'react-aria-components/Popover'
import { useTranslation } from 'react-i18next'

import { Button } from '@/parts/Button'
import { Icon } from '@/parts/Icon'

import { dayWords } from '../chart/words'
import {
  isRange,
  localText,
  localTime,
  PRESETS,
  rangeOf,
  shifted,
  spanOf,
  type Period,
  type Range,
} from '../period'
import css from './bar.module.css'

interface PickerProps {
  period: Period
  zone: string
  now: Date
  onChange: (period: Period) => void
}

/** Chooses a period: one that moves with the clock, or any between two times of the site's clock. */
export function PeriodPicker({ period, zone, now, onChange }: PickerProps) {
  const { t } = useTranslation('history')
  const [isOpen, setOpen] = useState(false)
  const choose = (chosen: Period) => {
    setOpen(false)
    onChange(chosen)
  }
  const isFuture = spanOf(period, zone, now).until > now
  return (
    <div className={css.period} role="group" aria-label={t('period.label')}>
      <Button
        icon="back"
        aria-label={t('period.before')}
        onPress={() => onChange(shifted(period, zone, now, -1))}
      />
      <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
        <Button icon="clock" className={css.chosen ?? ''}>
          <span>{typeof period === 'string' ? t(`period.${period}`) : <RangeWords range={period} />}</span>
          <Icon name="down" size={16} />
        </Button>
        <Popover className={css.popover ?? ''} placement="bottom start">
          <Dialog className={css.choices ?? ''} aria-label={t('period.label')}>
            <ul className={css.presets}>
              {PRESETS.map((preset) => (
                <li key={preset}>
                  <button
                    type="button"
                    className={css.preset}
                    aria-pressed={period === preset}
                    onClick={() => choose(preset)}
                  >
                    {t(`period.${preset}`)}
                  </button>
                </li>
              ))}
            </ul>
            <Free range={rangeOf(period, zone, now)} zone={zone} onChange={choose} />
          </Dialog>
        </Popover>
      </DialogTrigger>
      <Button
        icon="arrow"
        aria-label={t('period.after')}
        isDisabled={isFuture}
        onPress={() => onChange(shifted(period, zone, now, 1))}
      />
    </div>
  )
}

/** A range in words: whole days without times, the last one named as it is meant. */
export function RangeWords({ range }: { range: Range }) {
  const { t, i18n } = useTranslation('history')
  const [from, until] = [localTime(range.from), localTime(range.until)]
  if (!from || !until) return null
  const isWholeDays = !range.from.includes('T') && !range.until.includes('T')
  const words = (time: typeof from) => {
    const moment = time.toDate('UTC')
    const day = dayWords(moment, i18n.language, 'UTC', true)
    return isWholeDays ? day : `${day}, ${localText(time).slice(11) || '00:00'}`
  }
  const last = isWholeDays ? until.subtract({ days: 1 }) : until
  if (isWholeDays && last.compare(from) === 0) return words(from)
  return t('period.range', { from: words(from), until: words(last) })
}

interface FreeProps {
  range: Range
  zone: string
  onChange: (range: Range) => void
}

/** Any two times. A browser's own fields know its calendar and keyboard best. */
function Free({ range, zone, onChange }: FreeProps) {
  const { t } = useTranslation('history')
  const whole = (text: string) => (text.includes('T') ? text : `${text}T00:00`)
  const [from, setFrom] = useState(whole(range.from))
  const [until, setUntil] = useState(whole(range.until))
  const read = (text: string) => {
    const time = localTime(text)
    return time ? localText(time) : ''
  }
  const chosen = { from: read(from), until: read(until) }
  const fits = isRange(chosen)
  return (
    <form
      className={css.free}
      onSubmit={(event) => {
        event.preventDefault()
        if (fits) onChange(chosen)
      }}
    >
      <label className={css.field}>
        {t('period.from')}
        <input
          type="datetime-local"
          value={from}
          onChange={(event) => setFrom(event.target.value)}
          required
        />
      </label>
      <label className={css.field}>
        {t('period.until')}
        <input
          type="datetime-local"
          value={until}
          onChange={(event) => setUntil(event.target.value)}
          aria-invalid={!fits}
          aria-describedby="period-help"
          required
        />
      </label>
      <p id="period-help" className={css.help}>
        {fits ? t('period.clock', { zone }) : t('period.backwards')}
      </p>
      <Button type="submit" look="primary" isDisabled={!fits}>
        {t('period.show')}
      </Button>
    </form>
  )
}
