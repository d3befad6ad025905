import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useParams } from 'wouter'

import { useAuth } from '@/app/auth'
import { mayAt } from '@/app/rights'
import { read } from '@/api'
import { Page, PageHeader } from '@/parts/Page'
import { ErrorState, Loading } from '@/parts/State'

import { Workshop } from './Workshop'

/** The lines and zones of a camera, drawn on its picture. */
export default function Drawing() {
  const { id = '' } = useParams()
  const { t } = useTranslation('drawing')
  const { rights } = useAuth()
  const path = { path: { id } }
  const camera = useQuery(read('/api/v1/cameras/{id}', { params: path }))
  const rules = useQuery(read('/api/v1/cameras/{id}/rules', { params: path }))
  const failed = camera.error ?? rules.error
  if (camera.data && rules.data) {
    const isReadOnly = camera.data.provisioned || !mayAt(rights, 'operator', camera.data.site)
    return (
      <Workshop
        // Rules that somebody else has put in force are a new beginning.
        key={`${id} ${camera.data.rules_version}`}
        camera={camera.data}
        rules={rules.data}
        isReadOnly={isReadOnly}
      />
    )
  }
  return (
    <Page wide>
      <PageHeader title={t('title')} />
      {failed ? <ErrorState error={failed} retry={() => void camera.refetch()} /> : <Loading />}
    </Page>
  )
}
