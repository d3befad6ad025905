import { useTranslation } from 'react-i18next'

import { Button } from '@/parts/Button'
import { formatTime } from '@/parts/format'
import { Select } from '@/parts/Select'

import css from './mark.module.css'
import { JUMP_MS, SPEEDS, type Player } from './player'

interface TransportProps {
  player: Player
  at: number
  from: number
  until: number
  zone: string
}

/** Plays, stands, jumps back, and shows where in time one is. */
export function Transport({ player, at, from, until, zone }: TransportProps) {
  const { t, i18n } = useTranslation('accuracy')
  const time = (moment: number) => formatTime(new Date(moment), 'seconds', i18n.language, zone)
  const { toggle, seek, setSpeed } = player
  return (
    <div className={css.transport}>
      {toggle && (
        <Button
          look="primary"
          icon={player.isPlaying ? 'pause' : 'play'}
          aria-label={t(player.isPlaying ? 'mark.pause' : 'mark.play')}
          onPress={toggle}
        />
      )}
      {seek && (
        <Button icon="undo" onPress={() => seek(player.now() - JUMP_MS)}>
          {t('mark.jump')}
        </Button>
      )}
      <input
        className={css.slider}
        type="range"
        min={from}
        max={until}
        step={100}
        value={at}
        disabled={!seek}
        aria-label={t('mark.position')}
        aria-valuetext={time(at)}
        onChange={(event) => seek?.(Number(event.target.value))}
      />
      <span className={css.clock}>
        {time(at)} / {time(until)}
      </span>
      {setSpeed && (
        <Select
          label={t('mark.speed')}
          hideLabel
          value={`${player.speed}`}
          onChange={(speed) => setSpeed(Number(speed))}
          options={SPEEDS.map((speed) => ({
            value: `${speed}`,
            label: `${speed.toLocaleString(i18n.language)}×`,
          }))}
        />
      )}
    </div>
  )
}
