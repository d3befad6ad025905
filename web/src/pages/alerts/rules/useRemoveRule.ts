import { useTranslation } from 'react-i18next'

import { useProblemWords } from '@/parts/ProblemText'
import { toast } from '@/parts/toasts'

import { bodyOf, useChannels, useCreateRule, useDeleteRule } from '../data'
import { withKnownChannels } from '../draft'
import type { KeptRule } from '../types'

/** Deletes a rule at once. It can be taken back: then the same rule is made anew. */
export function useRemoveRule(): (rule: KeptRule, onDone?: () => void) => void {
  const { t } = useTranslation('alerts')
  const words = useProblemWords()
  const { channels } = useChannels()
  const remove = useDeleteRule()
  const create = useCreateRule()
  const onError = (problem: Parameters<typeof words>[0]) => toast(words(problem).summary, { look: 'failed' })

  return (rule, onDone) => {
    const restore = () => {
      const body = withKnownChannels(bodyOf(rule), new Set(channels.map(({ id }) => id)))
      create.mutate(body, { onSuccess: () => toast(t('rules.restored', { name: rule.name })), onError })
    }
    remove.mutate(rule, {
      onSuccess: () => {
        toast(t('rules.deleted', { name: rule.name }), { undo: restore })
        onDone?.()
      },
      onError,
    })
  }
}
