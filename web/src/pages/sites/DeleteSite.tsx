import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'

import { answered, api, ifMatch, useChange } from '@/api'
import { Button } from '@/parts/Button'
import { ConfirmDialog } from '@/parts/Dialog'
import { useCameras, type Site } from '@/parts/places'
import { useProblemWords } from '@/parts/ProblemText'
import { Note } from '@/parts/State'
import { toast } from '@/parts/toasts'
import { useRemoval } from '@/parts/useRemoval'

const CHANGES = ['/api/v1/sites', '/api/v1/deleted/sites']

/** A site without cameras can be deleted, and brought back. */
export function DeleteSite({ site }: { site: Site }) {
  const { t } = useTranslation('system')
  const [, navigate] = useLocation()
  const { cameras } = useCameras()
  const words = useProblemWords()
  const [isAsking, setAsking] = useState(false)
  const { id, name, version } = site
  const remove = useRemoval(
    () => answered(api.DELETE('/api/v1/sites/{id}', { params: { path: { id }, header: ifMatch(version) } })),
    CHANGES,
  )
  const restore = useChange(
    () => answered(api.POST('/api/v1/sites/{id}/restore', { params: { path: { id } } })),
    CHANGES,
  )
  const own = cameras.filter((camera) => camera.site === id).length
  if (own > 0) return <Note>{t('site.deleteHasCameras', { count: own })}</Note>
  return (
    <div>
      <Button look="danger" icon="delete" onPress={() => setAsking(true)}>
        {t('site.delete')}
      </Button>
      <ConfirmDialog
        title={t('site.deleteTitle', { name })}
        action={t('site.delete')}
        name={name}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={async () => {
          await remove.mutateAsync()
          navigate('/sites')
          toast(t('site.deleted', { name }), {
            undo: () =>
              restore.mutate(undefined, {
                onSuccess: () => toast(t('site.restored', { name })),
                onError: (problem) => toast(words(problem).summary, { look: 'failed' }),
              }),
          })
        }}
      >
        <p>{t('site.deleteAbout')}</p>
      </ConfirmDialog>
    </div>
  )
}
