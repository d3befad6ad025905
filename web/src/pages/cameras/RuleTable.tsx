import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { read, type Schema } from '@/api'
import { LinkButton } from '@/parts/Button'
import { EmptyState, Note } from '@/parts/State'
import { Table, type Column } from '@/parts/Table'

interface Row {
  name: string
  kind: 'line' | 'zone'
  about: string
}

/** The lines and zones in force, with what is wrong with where a line is. */
export function RuleTable({ camera }: { camera: Schema<'CameraView'> }) {
  const { t } = useTranslation('cameras')
  const { t: drawing } = useTranslation('drawing')
  const placement = useQuery({
    ...read('/api/v1/cameras/{id}/placement', { params: { path: { id: camera.id } } }),
    refetchInterval: 60_000,
  })
  const rows: Row[] = [
    ...camera.lines.map(({ name, forward, backward }) => ({
      name,
      kind: 'line' as const,
      about: `${forward} / ${backward}`,
    })),
    ...camera.zones.map(({ name, occupancy }) => ({
      name,
      kind: 'zone' as const,
      about: t('inside', { count: occupancy }),
    })),
  ]
  const columns: Column<Row>[] = [
    { key: 'name', title: t('name'), cell: (row) => row.name },
    { key: 'kind', title: t('kind'), cell: (row) => t(row.kind) },
    { key: 'about', title: t('ways'), cell: (row) => row.about },
  ]
  return (
    <>
      {placement.data?.lines.map(
        ({ line, advice, born_near: born, died_near: died }) =>
          advice && (
            <Note key={line} look="warn">
              <strong>{line}:</strong>{' '}
              {drawing(`advice.${advice.code as 'tracks_begin_near'}`, { born, died })}
            </Note>
          ),
      )}
      <Table
        label={t('rules')}
        columns={columns}
        rows={rows}
        rowKey={(row) => `${row.kind} ${row.name}`}
        empty={
          <EmptyState
            icon="line"
            title={t('noRules.title')}
            action={
              <LinkButton to={`/cameras/${camera.id}/rules`} look="primary">
                {t('draw')}
              </LinkButton>
            }
          >
            {t('noRules.about')}
          </EmptyState>
        }
      />
    </>
  )
}
