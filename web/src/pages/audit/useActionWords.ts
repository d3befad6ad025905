import { useTranslation } from 'react-i18next'

import type { Entry } from './Entries'

type Spoken = Pick<Entry, 'action' | 'actor'>

/** Who did what, in the reader's language. What is not known here is told as the server writes it. */
export function useActionWords() {
  const { t, i18n } = useTranslation('system')
  return {
    actor: ({ actor }: Spoken) => {
      if (actor.kind === 'program') return t('audit.program')
      return actor.name || t('audit.nobody')
    },
    kind: ({ actor }: Spoken) => {
      const key = `audit.kind.${actor.kind}`
      return i18n.exists(key, { ns: 'system' }) ? t(key as 'audit.kind.user') : actor.kind
    },
    action: ({ action }: Spoken) => {
      const key = `audit.actions.${action.replaceAll('.', '_')}`
      return i18n.exists(key, { ns: 'system' }) ? t(key as 'audit.actions.user_update') : action
    },
  }
}
