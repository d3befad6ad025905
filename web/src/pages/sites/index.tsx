import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { useAuth } from '@/app/auth'
import { mayEverywhere } from '@/app/rights'
import { Badge } from '@/parts/Badge'
import { LinkButton } from '@/parts/Button'
import { formatZone } from '@/parts/format'
import { Page, PageHeader } from '@/parts/Page'
import { useCameras, useSites, type Site } from '@/parts/places'
import { EmptyState, ErrorState, Loading } from '@/parts/State'
import { Table, type Column } from '@/parts/Table'

import css from './sites.module.css'

/** Places with cameras and a clock of their own. */
export default function Sites() {
  const { t, i18n } = useTranslation('system')
  const { rights } = useAuth()
  const { sites, isPending, error, refetch } = useSites()
  const { cameras } = useCameras()
  const mayMake = mayEverywhere(rights, 'admin')
  const columns: Column<Site>[] = [
    {
      key: 'name',
      title: t('sites.name'),
      cell: ({ id, name, provisioned }) => (
        <div className={css.site}>
          <Link to={`/sites/${id}`}>{name}</Link>
          <span>
            <code>{id}</code>
          </span>
          {provisioned && <Badge>{t('sites.provisioned')}</Badge>}
        </div>
      ),
    },
    { key: 'zone', title: t('sites.zone'), cell: ({ time_zone }) => formatZone(time_zone, i18n.language) },
    {
      key: 'cameras',
      title: t('sites.cameras'),
      numeric: true,
      cell: ({ id }) => cameras.filter((camera) => camera.site === id).length,
    },
    {
      key: 'entrances',
      title: t('sites.entrances'),
      wide: true,
      cell: ({ entrances = [] }) =>
        entrances.length > 0 ? (
          entrances.map(({ line }) => line).join(', ')
        ) : (
          <span className={css.muted}>{t('sites.noEntrances')}</span>
        ),
    },
    { key: 'reset', title: t('sites.reset'), wide: true, cell: ({ reset_hour = 4 }) => hour(reset_hour) },
  ]
  return (
    <Page>
      <PageHeader
        title={t('sites.title')}
        actions={
          mayMake && (
            <LinkButton look="primary" icon="add" to="/sites/new">
              {t('sites.make')}
            </LinkButton>
          )
        }
      />
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {isPending && <Loading />}
      {!isPending && !error && sites.length === 0 && (
        <EmptyState icon="site" title={t('sites.none')}>
          {t('sites.noneAbout')}
        </EmptyState>
      )}
      {sites.length > 0 && (
        <Table label={t('sites.title')} columns={columns} rows={sites} rowKey={({ id }) => id} />
      )}
      {mayMake && (
        <p>
          <Link to="/system?tab=deleted">{t('sites.deletedLink')}</Link>
        </p>
      )}
    </Page>
  )
}

const hour = (at: number) => `${`${at}`.padStart(2, '0')}:00`
