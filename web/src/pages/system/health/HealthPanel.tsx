import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { Icon } from '@/parts/Icon'
import { Card } from '@/parts/Page'
import { useCameras } from '@/parts/places'
import { ErrorState, Loading, Note } from '@/parts/State'
import { DateTime } from '@/parts/Time'
import { ownZone } from '@/parts/zones'

import css from './health.module.css'
import { Numbers } from './Numbers'
import { askReady } from './ready'

const REFRESH_MS = 5_000
const KNOWN = ['cameras', 'journal', 'delivery', 'store', 'alerts'] as const

/** Whether the program can do its work, and what to do when it cannot. */
export function HealthPanel() {
  const ready = useQuery({ queryKey: ['/readyz'], queryFn: askReady, refetchInterval: REFRESH_MS })
  return (
    <div className={css.panel}>
      {ready.isPending && <Loading lines={2} />}
      {ready.isError && <ErrorState error={ready.error} retry={() => void ready.refetch()} />}
      {ready.data && !ready.isError && (
        <Readiness missing={ready.data.missing} checked={new Date(ready.dataUpdatedAt)} />
      )}
      <Cameras />
      <Numbers />
    </div>
  )
}

function Readiness({ missing, checked }: { missing: Record<string, string>; checked: Date }) {
  const { t } = useTranslation('system')
  const faults = Object.entries(missing)
  const isReady = faults.length === 0
  return (
    <section className={css.readiness} data-ready={isReady}>
      <div className={css.verdict} role="status">
        <Icon name={isReady ? 'check' : 'warning'} size={22} />
        <h2>{isReady ? t('health.ready') : t('health.notReady', { count: faults.length })}</h2>
        <span className={css.checked}>
          <DateTime time={checked} zone={ownZone()} style="seconds" />
        </span>
      </div>
      {isReady && <p className={css.muted}>{t('health.readyAbout')}</p>}
      <ul className={css.faults}>
        {faults.map(([name, detail]) => (
          <Fault key={name} name={name} detail={detail} />
        ))}
      </ul>
    </section>
  )
}

function Fault({ name, detail }: { name: string; detail: string }) {
  const { t } = useTranslation('system')
  const known = KNOWN.find((one) => one === name) ?? 'other'
  return (
    <li>
      <h3>{t(`health.missing.${known}`, { name })}</h3>
      <p>{t(`health.missingAbout.${known}`)}</p>
      <p className={css.muted} lang="en">
        {detail}
      </p>
    </li>
  )
}

/** How many cameras do what they are to do. */
function Cameras() {
  const { t } = useTranslation('system')
  const { cameras, isPending } = useCameras()
  const started = cameras.filter((camera) => camera.started)
  // One that has too little time leaves frames out, and counts all the same.
  const up = started.filter(({ state }) => state === 'counting' || state === 'overloaded').length
  const down = started.length - up
  return (
    <Card title={t('health.cameras')}>
      {isPending && <Loading lines={1} />}
      {!isPending && cameras.length === 0 && <p>{t('health.camerasNone')}</p>}
      {cameras.length > 0 && (
        <>
          <p className={css.figure}>{t('health.camerasCounting', { up, count: cameras.length })}</p>
          {down > 0 ? (
            <Note look="warn">{t('health.camerasDown', { count: down })}</Note>
          ) : (
            <p className={css.muted}>{t('health.allCounting')}</p>
          )}
        </>
      )}
      <p>
        <Link to="/cameras">{t('health.toCameras')}</Link>
      </p>
    </Card>
  )
}
