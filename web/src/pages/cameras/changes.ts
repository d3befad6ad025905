import { useTranslation } from 'react-i18next'

import { answered, api, ifMatch, problemOf, useChange, type Schema } from '@/api'
import { useProblemWords } from '@/parts/ProblemText'
import { toast } from '@/parts/toasts'

const READ_ANEW = ['/api/v1/cameras', '/api/v1/deleted/cameras']

/** Brings a deleted camera back. */
export function useBringBack() {
  return useChange(
    async (id: string) =>
      await answered(api.POST('/api/v1/cameras/{id}/restore', { params: { path: { id } } })),
    READ_ANEW,
  )
}

/** Deletes a camera; the toast brings it back. */
export function useDelete() {
  const { t } = useTranslation('cameras')
  const back = useBringBack()
  return useChange(async ({ id, name, version }: Schema<'CameraView'>) => {
    await answered(api.DELETE('/api/v1/cameras/{id}', { params: { path: { id }, header: ifMatch(version) } }))
    toast(t('deleted.done', { name }), { undo: () => back.mutateAsync(id) })
  }, READ_ANEW)
}

/** Starts or stops a camera. */
export function useSwitch() {
  const { t } = useTranslation('cameras')
  const words = useProblemWords()
  const change = useChange(async ({ id, started }: Schema<'CameraView'>) => {
    const params = { path: { id } }
    return started
      ? await answered(api.POST('/api/v1/cameras/{id}/stop', { params }))
      : await answered(api.POST('/api/v1/cameras/{id}/start', { params }))
  }, READ_ANEW)
  return async (camera: Schema<'CameraView'>) => {
    try {
      const after = await change.mutateAsync(camera)
      toast(t(after.started ? 'started' : 'stopped', { name: camera.name }), {
        undo: () => change.mutateAsync(after),
      })
    } catch (error) {
      toast(words(problemOf(error)).summary, { look: 'failed' })
    }
  }
}
