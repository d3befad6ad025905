import { useEffect, useEffectEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Select } from '@/parts/Select'

import type { Stretch } from './index'

const MINUTES = ['5', '10', '15', '30', '60'] as const
type Minutes = (typeof MINUTES)[number]

/** A hand is slower than a picture: marks made live are less exact. */
const TOLERANCE_S = 2

/** How long is watched from now on. */
export function LivePeriod({ onChoose }: { onChoose: (stretch: Stretch) => void }) {
  const { t } = useTranslation('accuracy')
  const [minutes, setMinutes] = useState<Minutes>('15')
  const choose = useEffectEvent(onChoose)
  useEffect(() => {
    const from = new Date()
    const until = new Date(from.getTime() + Number(minutes) * 60_000)
    choose({ from, until, source: 'source=live', tolerance_s: TOLERANCE_S })
  }, [minutes])
  return (
    <Select
      label={t('new.length')}
      help={t('new.lengthAbout')}
      value={minutes}
      onChange={setMinutes}
      options={MINUTES.map((value) => ({ value, label: t('new.minutes', { count: Number(value) }) }))}
    />
  )
}
