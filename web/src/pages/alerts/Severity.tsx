import { useTranslation } from 'react-i18next'

import { Badge } from '@/parts/Badge'

import type { Severity } from './types'

const MOODS = { info: 'idle', warning: 'warn', critical: 'bad' } as const

/** How bad something is. */
export function SeverityBadge({ severity }: { severity: Severity }) {
  const { t } = useTranslation('alerts')
  return <Badge mood={MOODS[severity]}>{t(`severity.${severity}`)}</Badge>
}
