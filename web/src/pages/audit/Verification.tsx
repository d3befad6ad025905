import { useTranslation } from 'react-i18next'

import { CopyField } from '@/parts/CopyField'
import { Card } from '@/parts/Page'
import { Note } from '@/parts/State'

import css from './audit.module.css'
import { firstGap } from './chain'
import type { Entry } from './Entries'

/** Whether entries are missing, and how the whole log is checked. */
export function Verification({ entries }: { entries: readonly Entry[] }) {
  const { t } = useTranslation('system')
  const [newest] = entries
  const oldest = entries.at(-1)
  if (!newest || !oldest) return null
  const gap = firstGap(entries.map(({ number }) => number))
  const head = `${newest.number}:${newest.hash}`
  return (
    <Card title={t('audit.verify')} about={t('audit.verified')}>
      {gap ? (
        <Note look="warn">{t('audit.gaps', { first: gap[1], last: gap[0] })}</Note>
      ) : (
        <Note look="good">{t('audit.complete', { first: oldest.number, last: newest.number })}</Note>
      )}
      <p className={css.muted}>{t('audit.verifyAbout')}</p>
      <CopyField label={t('audit.verify')} value={`camtally audit verify --head ${head}`} />
    </Card>
  )
}
