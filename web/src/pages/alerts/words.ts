import { useTranslation } from 'react-i18next'

import { useCameras } from '@/parts/places'

import { useChannels } from './data'
import type { Words } from './describe'

/** The texts of this area, and how cameras and channels are called. */
export function useWords(): Words {
  const { t, i18n } = useTranslation('alerts')
  const cameras = useCameras()
  const channels = useChannels()
  return {
    t,
    language: i18n.language,
    camera: cameras.nameOf,
    channel: (id) => channels.nameOf(id) ?? t('words.unknownChannel'),
  }
}
