import { useTranslation } from 'react-i18next'

import type { Schema } from '@/api'
import { Badge } from '@/parts/Badge'
import { Note } from '@/parts/State'

import { readItem } from './format'
import css from './transfer.module.css'

const SHOWN = 100
const PARTS = ['created', 'changed', 'unchanged'] as const
const MOODS = { created: 'good', changed: 'warn', unchanged: 'idle' } as const

/** What an import would do. */
export function Preview({ preview }: { preview: Schema<'Imported'> }) {
  const { t } = useTranslation('system')
  const changes = preview.created.length + preview.changed.length
  return (
    <section className={css.preview} aria-label={t('transfer.preview')} role="status">
      <h3>{t('transfer.preview')}</h3>
      {changes === 0 && <Note look="good">{t('transfer.nothing')}</Note>}
      {PARTS.filter((part) => preview[part].length > 0).map((part) => (
        <div key={part}>
          <Badge mood={MOODS[part]}>
            {t(`transfer.${part}`)}: {preview[part].length}
          </Badge>
          <Items items={preview[part]} />
        </div>
      ))}
      {preview.changed.length > 0 && <p className={css.muted}>{t('transfer.applyAgain')}</p>}
    </section>
  )
}

function Items({ items }: { items: readonly string[] }) {
  const { t } = useTranslation('system')
  return (
    <ul className={css.items}>
      {items.slice(0, SHOWN).map((item) => {
        const { kind, name } = readItem(item)
        return <li key={item}>{kind ? t(`transfer.${kind}`, { name }) : name}</li>
      })}
      {items.length > SHOWN && <li>{t('transfer.more', { count: items.length - SHOWN })}</li>}
    </ul>
  )
}
