import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { list, problemOf, type Schema } from '@/api'
import { useZone } from '@/app/sites'
import { Button } from '@/parts/Button'
import { useProblemWords } from '@/parts/ProblemText'
import { EmptyState, ErrorState, Loading } from '@/parts/State'
import { More, Table, type Column } from '@/parts/Table'
import { DateTime } from '@/parts/Time'
import { toast } from '@/parts/toasts'

import { useBringBack } from './changes'

type DeletedCamera = Schema<'DeletedCamera'>

/** Cameras that were deleted in the last 30 days. */
export function Deleted() {
  const { t } = useTranslation('cameras')
  const { t: common } = useTranslation()
  const words = useProblemWords()
  const back = useBringBack()
  const deleted = useInfiniteQuery(list('/api/v1/deleted/cameras', { params: { query: { limit: 100 } } }))
  if (deleted.isPending) return <Loading />
  if (deleted.isError) return <ErrorState error={deleted.error} retry={() => void deleted.refetch()} />
  const rows = deleted.data.pages.flatMap((page) => page.items)
  const restore = async ({ id, name }: DeletedCamera) => {
    try {
      await back.mutateAsync(id)
      toast(t('deleted.back', { name }))
    } catch (error) {
      toast(words(problemOf(error)).summary, { look: 'failed' })
    }
  }
  const columns: Column<DeletedCamera>[] = [
    { key: 'name', title: t('name'), cell: (one) => one.name },
    { key: 'when', title: t('deleted.when'), cell: (one) => <When camera={one} /> },
    {
      key: 'back',
      title: common('do.restore'),
      hideTitle: true,
      numeric: true,
      cell: (one) => (
        <Button small icon="undo" onPress={() => void restore(one)}>
          {common('do.restore')}
        </Button>
      ),
    },
  ]
  return (
    <>
      <Table
        label={t('deleted.title')}
        columns={columns}
        rows={rows}
        rowKey={(one) => one.id}
        empty={
          <EmptyState icon="delete" title={t('deleted.empty')}>
            {t('deleted.about')}
          </EmptyState>
        }
      />
      {rows.length > 0 && (
        <More
          shown={rows.length}
          hasMore={deleted.hasNextPage}
          isLoading={deleted.isFetchingNextPage}
          onMore={() => void deleted.fetchNextPage()}
        />
      )}
    </>
  )
}

function When({ camera }: { camera: DeletedCamera }) {
  const zone = useZone(camera.site)
  return camera.deleted ? <DateTime time={camera.deleted} zone={zone} withZone /> : '–'
}
