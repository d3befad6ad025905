import { useTranslation } from 'react-i18next'
import { useParams } from 'wouter'

import type { Schema } from '@/api'
import { Button, LinkButton } from '@/parts/Button'
import { Card, Page, PageHeader } from '@/parts/Page'
import { EmptyState, ErrorState, Loading, Note } from '@/parts/State'
import { Table, type Column } from '@/parts/Table'
import { DateTime, Length, Num, Zone } from '@/parts/Time'

import css from './accuracy.module.css'
import { mistakesOf, type Mistake } from './mistakes'
import { Measure, usePercent } from './Scores'
import { useAudits, useCameras, type Audit, type Camera } from './useAudits'

/** How right the counts of one or several lines were. */
export default function AuditReport() {
  const { ids = '' } = useParams()
  const { t } = useTranslation('accuracy')
  const { audits, error, retry } = useAudits(ids)
  const cameras = useCameras()
  if (error) return <ErrorState error={error} retry={retry} />
  const [first] = audits ?? []
  if (!audits || !first || !cameras.isReady) return <Loading lines={8} />
  const zone = cameras.zoneOf(first.site)
  const isOpen = audits.some(({ report }) => report === null)
  return (
    <Page>
      <PageHeader
        title={t('report.title', { camera: cameras.nameOf(first.camera) })}
        back={{ to: '/accuracy', title: t('title') }}
        about={
          <>
            <DateTime time={first.from} zone={zone} style="long" /> –{' '}
            <DateTime time={first.until} zone={zone} style="time" /> · <Zone zone={zone} /> ·{' '}
            {t('report.by', { name: first.created_by })}
          </>
        }
        actions={
          <Button icon="report" className={css.screenOnly ?? ''} onPress={() => window.print()}>
            {t('report.print')}
          </Button>
        }
      />
      {isOpen ? (
        <EmptyState
          icon="accuracy"
          title={t('report.open')}
          action={
            <LinkButton to={`/accuracy/mark/${ids}`} look="primary">
              {t('report.goOn')}
            </LinkButton>
          }
        >
          {t('report.openAbout')}
        </EmptyState>
      ) : (
        audits.map((audit) => (
          <LineReport key={audit.id} audit={audit} zone={zone} camera={cameras.camera(audit.camera)} />
        ))
      )}
      <p className={css.note}>{t('report.how')}</p>
    </Page>
  )
}

interface LineProps {
  audit: Audit
  zone: string
  camera: Camera | undefined
}

function LineReport({ audit, zone, camera }: LineProps) {
  const { t } = useTranslation('accuracy')
  const { report } = audit
  if (!report) return null
  const { overall, unwatched_s, directions } = report
  const line = camera?.lines.find(({ name }) => name === audit.line)
  const direction = (one: string) =>
    one === 'backward'
      ? (line?.backward ?? t('direction.backward'))
      : (line?.forward ?? t('direction.forward'))
  return (
    <Card title={t('report.line', { line: audit.line })}>
      {overall.truth < 20 && <Note look="warn">{t('report.few', { count: overall.truth })}</Note>}
      {unwatched_s >= 1 && (
        <Note look="warn">
          {t('report.unwatched')} <Length seconds={unwatched_s} />
        </Note>
      )}
      <dl className={css.measures}>
        <Measure name={t('report.precision')} about={t('report.precisionAbout')} share={overall.precision} />
        <Measure name={t('report.recall')} about={t('report.recallAbout')} share={overall.recall} />
        <div className={css.measure}>
          <dt>{t('report.numbers')}</dt>
          <dd>
            <strong>
              {overall.counted} / {overall.truth}
            </strong>
            <span className={css.note}>
              {t('report.errors', { missed: overall.missed, extra: overall.extra })}
            </span>
            {overall.left_out > 0 && (
              <span className={css.note}>{t('report.leftOut', { count: overall.left_out })}</span>
            )}
          </dd>
        </div>
      </dl>
      {directions.length > 1 && <Directions all={directions} name={direction} />}
      <Mistakes all={mistakesOf(report)} zone={zone} name={direction} />
    </Card>
  )
}

interface DirectionsProps {
  all: readonly Schema<'DirectionScore'>[]
  name: (direction: string) => string
}

function Directions({ all, name }: DirectionsProps) {
  const { t } = useTranslation('accuracy')
  const percent = usePercent()
  type Row = Schema<'DirectionScore'>
  const share = (one: Schema<'Share'> | null) =>
    one ? `${percent(one.value)} (${percent(one.low)}–${percent(one.high)})` : '–'
  const columns: Column<Row>[] = [
    { key: 'direction', title: t('report.direction'), cell: (row) => name(row.direction) },
    {
      key: 'truth',
      title: t('report.marked'),
      numeric: true,
      cell: ({ score }) => <Num value={score.truth} />,
    },
    {
      key: 'counted',
      title: t('report.counted'),
      numeric: true,
      cell: ({ score }) => <Num value={score.counted} />,
    },
    {
      key: 'precision',
      title: t('report.precision'),
      numeric: true,
      cell: ({ score }) => share(score.precision),
    },
    { key: 'recall', title: t('report.recall'), numeric: true, cell: ({ score }) => share(score.recall) },
  ]
  return (
    <Table label={t('report.byDirection')} columns={columns} rows={all} rowKey={(row) => row.direction} />
  )
}

interface MistakesProps {
  all: readonly Mistake[]
  zone: string
  name: (direction: string) => string
}

function Mistakes({ all, zone, name }: MistakesProps) {
  const { t } = useTranslation('accuracy')
  if (all.length === 0) return <Note look="good">{t('report.noMistakes')}</Note>
  const columns: Column<Mistake>[] = [
    {
      key: 'time',
      title: t('report.time'),
      cell: ({ time }) => <DateTime time={time} zone={zone} style="seconds" />,
    },
    { key: 'what', title: t('report.mistake'), cell: ({ what }) => t(`report.${what}`) },
    { key: 'direction', title: t('report.direction'), cell: ({ direction }) => name(direction) },
  ]
  return (
    <section aria-label={t('report.mistakes')}>
      <h3 className={css.title}>{t('report.mistakes')}</h3>
      <Table
        label={t('report.mistakes')}
        columns={columns}
        rows={all}
        rowKey={({ time, what, direction }) => `${time} ${what} ${direction}`}
      />
    </section>
  )
}
