import { useEffect, useEffectEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { useNow } from '@/pages/history/data/useNow'
import { clockAt, localTime, momentOf } from '@/pages/history/period'

import type { Stretch } from './index'
import css from './new.module.css'

const DAY_MS = 86_400_000

interface FileProps {
  zone: string
  onChoose: (stretch: Stretch | undefined) => void
}

/** When a video of one's own was taken: marks are compared with the counts of that time. */
export function FilePeriod({ zone, onChoose }: FileProps) {
  const { t } = useTranslation('accuracy')
  const [[from, until], setTimes] = useState(() => {
    const now = clockAt(new Date(), zone)
    const text = (minutes: number) =>
      now.subtract({ minutes }).set({ millisecond: 0 }).toString().slice(0, 19)
    return [text(20), text(5)] as const
  })
  const now = useNow()
  const [begin, end] = [localTime(from), localTime(until)]
  const stretch = begin && end ? { from: momentOf(begin, zone), until: momentOf(end, zone) } : undefined
  const length = stretch ? stretch.until.getTime() - stretch.from.getTime() : 0
  const fits = length > 0 && length <= DAY_MS && (stretch?.until.getTime() ?? 0) <= now.getTime()
  const choose = useEffectEvent(() =>
    onChoose(fits && stretch ? { ...stretch, source: 'source=file', tolerance_s: 1 } : undefined),
  )
  useEffect(() => choose(), [from, until])
  return (
    <div className={css.times}>
      <label>
        {t('new.from')}
        <input
          type="datetime-local"
          step={1}
          value={from}
          onChange={(event) => setTimes([event.target.value, until])}
        />
      </label>
      <label>
        {t('new.until')}
        <input
          type="datetime-local"
          step={1}
          value={until}
          aria-invalid={!fits}
          aria-describedby="file-help"
          onChange={(event) => setTimes([from, event.target.value])}
        />
      </label>
      <p id="file-help" className={css.help}>
        {fits ? t('new.clock', { zone }) : t('new.wrongPeriod')}
      </p>
    </div>
  )
}
