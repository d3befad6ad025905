import { useTranslation } from 'react-i18next'

import type { Schema } from '@/api'
import type { Option } from '@/parts/Select'

const PICTURES = ['off', 'operators', 'everyone'] as const

/** Who may see a camera's pictures. */
export function usePictureOptions(): Option<Schema<'Pictures'>>[] {
  const { t } = useTranslation('cameras')
  return PICTURES.map((value) => ({
    value,
    label: t(`pictures.${value}`),
    about: t(`picturesAbout.${value}`),
  }))
}
