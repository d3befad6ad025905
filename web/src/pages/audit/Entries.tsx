import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Schema } from '@/api'
import { Icon } from '@/parts/Icon'
import { differences } from '@/parts/differences'
import { Differences } from '@/parts/Differences'
import { useSites } from '@/parts/places'
import { DateTime } from '@/parts/Time'

import css from './audit.module.css'
import { useActionWords } from './useActionWords'

export type Entry = Schema<'EntryView'>

/** Entries, each of which opens to what was before and after. */
export function Entries({ entries, zone }: { entries: readonly Entry[]; zone: string }) {
  const { t } = useTranslation('system')
  return (
    <ol className={css.entries} aria-label={t('audit.title')}>
      {entries.map((entry) => (
        <EntryRow key={entry.number} entry={entry} zone={zone} />
      ))}
    </ol>
  )
}

function EntryRow({ entry, zone }: { entry: Entry; zone: string }) {
  const words = useActionWords()
  const [isOpen, setOpen] = useState(false)
  const details = useId()
  return (
    <li className={css.entry}>
      <button
        type="button"
        className={css.row}
        aria-expanded={isOpen}
        aria-controls={details}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name={isOpen ? 'up' : 'down'} size={14} />
        <span className={css.time}>
          <DateTime time={entry.time} zone={zone} />
        </span>
        <span className={css.what}>
          <strong>{words.actor(entry)}</strong> {words.action(entry)} <Subject entry={entry} />
        </span>
        <span className={css.number}>#{entry.number}</span>
      </button>
      <div id={details} hidden={!isOpen}>
        {isOpen && <Details entry={entry} zone={zone} />}
      </div>
    </li>
  )
}

/** What it was done to: by name where the log has one, else by id. */
function Subject({ entry }: { entry: Entry }) {
  const { before, after } = entry as { before?: { name?: unknown } | null; after?: { name?: unknown } | null }
  const name = after?.name ?? before?.name
  if (typeof name === 'string') return <span className={css.subject}>{name}</span>
  const isUuid = /^[0-9a-f]{8}-/.test(entry.object_id)
  return isUuid ? null : <span className={css.subject}>{entry.object_id}</span>
}

function Details({ entry, zone }: { entry: Entry; zone: string }) {
  const { t } = useTranslation('system')
  const { nameOf } = useSites()
  const words = useActionWords()
  const changes = differences(entry.before, entry.after)
  return (
    <div className={css.details}>
      <dl className={css.facts}>
        <div>
          <dt>{t('audit.time')}</dt>
          <dd>
            <DateTime time={entry.time} zone={zone} style="long" withZone />
          </dd>
        </div>
        <div>
          <dt>{t('audit.who')}</dt>
          <dd>
            {words.actor(entry)} ({words.kind(entry)})
            {entry.actor.address && ` ${t('audit.address', { address: entry.actor.address })}`}
          </dd>
        </div>
        <div>
          <dt>{t('audit.action')}</dt>
          <dd>
            <code>{entry.action}</code>
          </dd>
        </div>
        <div>
          <dt>{t('audit.object')}</dt>
          <dd>
            <code>{entry.object_id}</code>
          </dd>
        </div>
        {entry.site && (
          <div>
            <dt>{t('audit.site')}</dt>
            <dd>{nameOf(entry.site)}</dd>
          </div>
        )}
      </dl>
      {changes.length > 0 ? (
        <Differences differences={changes} sides={[t('audit.before'), t('audit.after')]} />
      ) : (
        <p className={css.muted}>{t('audit.noDetails')}</p>
      )}
      <p className={css.hash}>
        {t('audit.hash')} <code>{entry.hash}</code>
      </p>
    </div>
  )
}
