import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { read } from '@/api'
import { Page, PageHeader } from '@/parts/Page'
import { ErrorState, Loading } from '@/parts/State'

export default function Live() {
  const { t } = useTranslation()
  const cameras = useQuery(read('/api/v1/cameras', { params: { query: { limit: 1000 } } }))
  return (
    <Page wide>
      <PageHeader title={t('nav.live')} />
      {cameras.isError && <ErrorState error={cameras.error} retry={() => void cameras.refetch()} />}
      {cameras.isPending && <Loading />}
      {cameras.data?.cameras.map((camera) => (
        <p key={camera.id}>{camera.name}</p>
      ))}
    </Page>
  )
}
