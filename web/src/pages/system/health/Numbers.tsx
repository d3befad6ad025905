import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { formatNumber } from '@/parts/format'
import { Card, Fact, Facts } from '@/parts/Page'
import { Loading } from '@/parts/State'

import { formatBytes } from '../bytes'
import css from './health.module.css'
import { median, perSecond, readMetrics, total, type Sample } from './metrics'
import { askMetrics } from './ready'

const REFRESH_MS = 5_000

interface Reading {
  at: number
  samples: Sample[]
}

/** Numbers of the program that are worth a look. */
export function Numbers() {
  const { t } = useTranslation('system')
  const [readings, setReadings] = useState<Reading[]>([])
  const query = useQuery({
    queryKey: ['/metrics'],
    queryFn: async (context) => {
      const text = await askMetrics(context)
      if (text === null) return null
      const reading = { at: Date.now(), samples: readMetrics(text) }
      setReadings((before) => [...before, reading].slice(-2))
      return reading
    },
    refetchInterval: REFRESH_MS,
    gcTime: 0,
  })
  return (
    <Card title={t('health.numbers')}>
      {query.isPending && <Loading lines={3} />}
      {query.data === null && <p className={css.muted}>{t('health.metricsElsewhere')}</p>}
      {query.data && <Figures now={query.data} before={readings.length > 1 ? readings[0] : undefined} />}
    </Card>
  )
}

function Figures({ now, before }: { now: Reading; before: Reading | undefined }) {
  const { t, i18n } = useTranslation('system')
  const number = (value: number | undefined, digits = 0) =>
    value === undefined ? t('health.metrics.none') : formatNumber(value, i18n.language, digits)
  const sum = (name: string) => total(now.samples, name)
  const rate = (name: string) => {
    if (!before) return t('health.measuring')
    const grown = perSecond(total(before.samples, name), sum(name), (now.at - before.at) / 1000)
    return grown === undefined
      ? t('health.metrics.none')
      : t('health.metrics.framesUnit', { value: number(grown, 1) })
  }
  const answer = median(now.samples, 'camtally_http_request_duration_seconds')
  const bytes = sum('camtally_journal_bytes')
  const mqtt = sum('camtally_mqtt_connected')
  const milliseconds = (seconds: number) =>
    (seconds * 1000).toLocaleString(i18n.language, {
      style: 'unit',
      unit: 'millisecond',
      maximumSignificantDigits: 2,
    })
  return (
    <Facts>
      <Fact name={t('health.metrics.frames')}>{rate('camtally_frames_analysed_total')}</Fact>
      <Fact name={t('health.metrics.shed')}>{rate('camtally_frames_shed_total')}</Fact>
      <Fact name={t('health.metrics.pending')}>{number(sum('camtally_journal_pending_events'))}</Fact>
      <Fact name={t('health.metrics.journal')}>
        {bytes === undefined ? t('health.metrics.none') : formatBytes(bytes, i18n.language)}
      </Fact>
      <Fact name={t('health.metrics.stored')}>{number(sum('camtally_events_stored_total'))}</Fact>
      <Fact name={t('health.metrics.storeFailures')}>
        {number(sum('camtally_store_failures_total') ?? 0)}
      </Fact>
      <Fact name={t('health.metrics.journalFailures')}>
        {number(sum('camtally_journal_failures_total') ?? 0)}
      </Fact>
      <Fact name={t('health.metrics.alertsTold')}>{number(sum('camtally_alerts_unsettled'))}</Fact>
      <Fact name={t('health.metrics.deliveries')}>{number(sum('camtally_deliveries_due'))}</Fact>
      <Fact name={t('health.metrics.connections')}>{number(sum('camtally_http_connections'))}</Fact>
      <Fact name={t('health.metrics.streams')}>{number(sum('camtally_live_streams'))}</Fact>
      <Fact name={t('health.metrics.requests')}>{number(sum('camtally_http_requests_total'))}</Fact>
      {answer !== undefined && <Fact name={t('health.metrics.answer')}>{milliseconds(answer)}</Fact>}
      {mqtt !== undefined && (
        <Fact name={t('health.metrics.mqtt')}>
          {mqtt > 0 ? t('health.metrics.mqttOn') : t('health.metrics.mqttOff')}
        </Fact>
      )}
    </Facts>
  )
}
