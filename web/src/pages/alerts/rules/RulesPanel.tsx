import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { read } from '@/api'
import { useAuth } from '@/app/auth'
import { mayAt } from '@/app/rights'
import { Badge } from '@/parts/Badge'
import { Button, LinkButton } from '@/parts/Button'
import { Switch } from '@/parts/Choice'
import { useSites } from '@/parts/places'
import { useProblemWords } from '@/parts/ProblemText'
import { ErrorState, Loading } from '@/parts/State'
import { Table, type Column } from '@/parts/Table'
import { toast } from '@/parts/toasts'

import { bodyOf, useChannels, useReplaceRule, useRules } from '../data'
import { noticed } from '../describe'
import { withKnownChannels } from '../draft'
import { SeverityBadge } from '../Severity'
import type { KeptRule } from '../types'
import { useWords } from '../words'
import { NoRules } from './NoRules'
import css from './rules.module.css'
import { useRemoveRule } from './useRemoveRule'

/** What is to be noticed. */
export function RulesPanel() {
  const { t } = useTranslation('alerts')
  const { rights } = useAuth()
  const { sites, nameOf } = useSites()
  const words = useWords()
  const { rules, isPending, error, refetch } = useRules()
  const remove = useRemoveRule()
  if (error) return <ErrorState error={error} retry={() => void refetch()} />
  if (isPending) return <Loading />
  if (rules.length === 0) return <NoRules />

  const list = new Intl.ListFormat(words.language)
  const columns: Column<KeptRule>[] = [
    {
      key: 'name',
      title: t('rules.name'),
      cell: (rule) => (
        <div className={css.rule}>
          <Link to={`/alerts/rules/${rule.id}`}>{rule.name}</Link>
          <span className={css.noticed}>{noticed(rule.condition, words)}</span>
        </div>
      ),
    },
    {
      key: 'severity',
      title: t('form.severity'),
      hideTitle: true,
      wide: true,
      cell: (rule) => <SeverityBadge severity={rule.severity} />,
    },
    ...(sites.length > 1
      ? [{ key: 'site', title: t('site'), wide: true, cell: (rule: KeptRule) => nameOf(rule.site) }]
      : []),
    {
      key: 'tells',
      title: t('rules.tells'),
      wide: true,
      cell: (rule) => {
        const steps = (rule.escalation ?? []).flatMap((step) => step.channels)
        const told = [...new Set([...(rule.channels ?? []), ...steps])]
        return told.length > 0 ? list.format(told.map(words.channel)) : t('form.channelsNone')
      },
    },
    { key: 'state', title: t('rules.state'), cell: (rule) => <State rule={rule} /> },
    {
      key: 'actions',
      title: t('rules.state'),
      hideTitle: true,
      cell: (rule) =>
        mayAt(rights, 'operator', rule.site) && (
          <div className={css.actions}>
            <LinkButton
              small
              look="quiet"
              icon="edit"
              className={css.roomy ?? ''}
              to={`/alerts/rules/${rule.id}`}
              aria-label={t('rules.edit', { name: rule.name })}
            />
            <Button
              small
              look="quiet"
              icon="delete"
              aria-label={t('rules.delete', { name: rule.name })}
              onPress={() => remove(rule)}
            />
          </div>
        ),
    },
  ]
  return <Table label={t('tabs.rules')} columns={columns} rows={rules} rowKey={(rule) => rule.id} />
}

/** Whether a rule is in force, and what it has noticed. */
function State({ rule }: { rule: KeptRule }) {
  const { t } = useTranslation('alerts')
  const { rights } = useAuth()
  const { channels } = useChannels()
  const problemWords = useProblemWords()
  const replace = useReplaceRule()
  const open = useQuery(read('/api/v1/alerts', { params: { query: { open: true, limit: 1000 } } }))
  const firing = open.data?.items.filter((alert) => alert.rule === rule.id).length ?? 0
  const enabled = rule.enabled ?? true

  const turn = (kept: KeptRule, on: boolean, isUndo = false) => {
    const body = withKnownChannels({ ...bodyOf(kept), enabled: on }, new Set(channels.map(({ id }) => id)))
    replace.mutate(
      { kept, rule: body },
      {
        onSuccess: (changed) => {
          const text = t(on ? 'rules.turnedOn' : 'rules.turnedOff', { name: rule.name })
          toast(text, isUndo ? {} : { undo: () => turn(changed, !on, true) })
        },
        onError: (problem) => toast(problemWords(problem).summary, { look: 'failed' }),
      },
    )
  }
  return (
    <div className={css.state}>
      {mayAt(rights, 'operator', rule.site) ? (
        <Switch
          aria-label={t('rules.force', { name: rule.name })}
          isSelected={enabled}
          isDisabled={replace.isPending}
          onChange={(on) => turn(rule, on)}
        >
          <span className={css.roomy}>{enabled ? t('rules.inForce') : t('rules.off')}</span>
        </Switch>
      ) : (
        <Badge mood={enabled ? 'good' : 'idle'}>{enabled ? t('rules.inForce') : t('rules.off')}</Badge>
      )}
      {firing > 0 && <Badge mood="bad">{t('rules.firing', { count: firing })}</Badge>}
    </div>
  )
}
