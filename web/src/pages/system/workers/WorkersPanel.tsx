import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { read, type Schema } from '@/api'
import { formatNumber } from '@/parts/format'
import { Card, Fact, Facts } from '@/parts/Page'
import { useCameras } from '@/parts/places'
import { EmptyState, ErrorState, Loading, Note } from '@/parts/State'
import { DateTime } from '@/parts/Time'
import { ownZone } from '@/parts/zones'

import css from './workers.module.css'

type Worker = Schema<'Worker'>

const REFRESH_MS = 5_000
/** Beyond this load frames are left out. */
const FULL = 0.9

/** Processes that watch cameras. */
export function WorkersPanel() {
  const { t } = useTranslation('system')
  const query = useQuery({ ...read('/api/v1/workers'), refetchInterval: REFRESH_MS })
  const workers = query.data?.items
  return (
    <div className={css.panel}>
      <p className={css.muted}>{t('workers.about')}</p>
      {query.error?.code === 'not_found' && <EmptyState icon="settings" title={t('workers.unavailable')} />}
      {query.error && query.error.code !== 'not_found' && !workers && (
        <ErrorState error={query.error} retry={() => void query.refetch()} />
      )}
      {query.isPending && <Loading />}
      {workers?.length === 0 && (
        <EmptyState icon="settings" title={t('workers.none')}>
          {t('workers.noneAbout')}
        </EmptyState>
      )}
      {workers?.map((worker) => (
        <WorkerCard key={worker.id} worker={worker} />
      ))}
    </div>
  )
}

function WorkerCard({ worker }: { worker: Worker }) {
  const { t, i18n } = useTranslation('system')
  const { nameOf } = useCameras()
  const percent = worker.load.toLocaleString(i18n.language, { style: 'percent' })
  const names = worker.cameras.map(({ camera }) => nameOf(camera))
  return (
    <Card title={`${t('workers.worker')} ${worker.id.slice(-6)}`}>
      <div className={css.load}>
        <span>{t('workers.load')}</span>
        <meter
          className={css.meter}
          min={0}
          max={1}
          high={FULL}
          value={worker.load}
          aria-label={t('workers.load')}
        >
          {percent}
        </meter>
        <span className="tabular">{percent}</span>
      </div>
      <p className={css.muted}>{t('workers.loadHelp')}</p>
      {worker.load > FULL && <Note look="warn">{t('workers.overloaded')}</Note>}
      <Facts>
        <Fact name={t('workers.frames')}>{formatNumber(worker.frames_per_s, i18n.language, 1)}</Fact>
        <Fact name={t('workers.detectors')}>{worker.detectors}</Fact>
        <Fact name={t('workers.waiting')}>{worker.waiting}</Fact>
        <Fact name={t('workers.model')}>{worker.model}</Fact>
        <Fact name={t('workers.version')}>{worker.version}</Fact>
        <Fact name={t('workers.started')}>
          <DateTime time={worker.started} zone={ownZone()} withZone />
        </Fact>
        <Fact name={t('workers.cameras')}>
          {names.length ? new Intl.ListFormat(i18n.language).format(names) : '–'}
        </Fact>
      </Facts>
    </Card>
  )
}
