import { useTranslation } from 'react-i18next'

import { answered, api, ifMatch, useChange, type Schema } from '@/api'
import { toast } from '@/parts/toasts'

import { rules, type Draft } from './draft'

/** Puts an earlier set of rules in force again. */
export function useRestore(camera: string) {
  return useChange(
    async ({ number, from }: { number: number; from: number }) =>
      await answered(
        api.POST('/api/v1/cameras/{id}/rules/history/{number}/restore', {
          params: { path: { id: camera, number }, header: ifMatch(from) },
        }),
      ),
    ['/api/v1/cameras'],
  )
}

/** Puts what is drawn in force; the toast takes it back. */
export function useSave(camera: Schema<'CameraView'>) {
  const { t } = useTranslation('drawing')
  const restore = useRestore(camera.id)
  const before = camera.rules_version
  return useChange(
    async (drafts: readonly Draft[]) => {
      const saved = await answered(
        api.PUT('/api/v1/cameras/{id}/rules', {
          params: { path: { id: camera.id }, header: ifMatch(before) },
          body: rules(drafts),
        }),
      )
      const undo = () => restore.mutateAsync({ number: before, from: before + 1 })
      toast(t('saved'), before > 0 ? { undo } : {})
      return saved
    },
    ['/api/v1/cameras'],
  )
}
