import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'

import { problemOf, type Schema } from '@/api'
import { useAuth } from '@/app/auth'
import { mayAt } from '@/app/rights'
import { Button } from '@/parts/Button'
import { Menu, type Item } from '@/parts/Menu'
import { useProblemWords } from '@/parts/ProblemText'
import { toast } from '@/parts/toasts'

import { useDelete, useSwitch } from './changes'

/** What can be done with a camera. Deleting can be undone, so nothing is asked first. */
export function CameraMenu({ camera, onDeleted }: { camera: Schema<'CameraView'>; onDeleted?: () => void }) {
  const { t } = useTranslation('cameras')
  const { t: common } = useTranslation()
  const { rights } = useAuth()
  const [, navigate] = useLocation()
  const words = useProblemWords()
  const remove = useDelete()
  const flip = useSwitch()
  const mayChange = mayAt(rights, 'operator', camera.site) && !camera.provisioned
  const onDelete = async () => {
    try {
      await remove.mutateAsync(camera)
      onDeleted?.()
    } catch (error) {
      toast(words(problemOf(error)).summary, { look: 'failed' })
    }
  }
  const items: Item[] = [
    { key: 'live', title: t('watch'), icon: 'live', onAction: () => navigate(`/live/${camera.id}`) },
    { key: 'rules', title: t('draw'), icon: 'line', onAction: () => navigate(`/cameras/${camera.id}/rules`) },
  ]
  if (mayChange) {
    items.push(
      {
        key: 'edit',
        title: common('do.edit'),
        icon: 'edit',
        onAction: () => navigate(`/cameras/${camera.id}/edit`),
      },
      {
        key: 'switch',
        title: camera.started ? t('stop') : t('start'),
        icon: camera.started ? 'stop' : 'play',
        onAction: () => void flip(camera),
      },
      {
        key: 'delete',
        title: common('do.delete'),
        icon: 'delete',
        danger: true,
        onAction: () => void onDelete(),
      },
    )
  }
  return (
    <Menu label={t('actionsOf', { name: camera.name })} items={items}>
      <Button small look="quiet" icon="more" aria-label={t('actionsOf', { name: camera.name })} />
    </Menu>
  )
}
