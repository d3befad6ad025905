import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'

import { Button } from '@/parts/Button'
import { Switch } from '@/parts/Choice'
import { useVersioned } from '@/parts/conflict'
import { Actions } from '@/parts/Dialog'
import { Form, useForm } from '@/parts/Form'
import { Card } from '@/parts/Page'
import { Note } from '@/parts/State'
import { toast } from '@/parts/toasts'
import { useQueryClient } from '@tanstack/react-query'

import { createRule, readRule, replaceRule } from '../data'
import { draftOf, errorsOf, ruleOf, type Draft } from '../draft'
import { useRemoveRule } from '../rules/useRemoveRule'
import type { KeptRule } from '../types'
import { InWords } from './InWords'
import { NameFields } from './NameFields'
import { Rehearsal } from './Rehearsal'
import css from './rule.module.css'
import { WhatFields } from './WhatFields'
import { WhenFields } from './WhenFields'
import { WhoFields } from './WhoFields'

/** What each part of the form is given. */
export interface FieldsProps {
  draft: Draft
  change: (change: Partial<Draft>) => void
  /** What is wrong with a field, once somebody has tried to save it. */
  error: (field: string) => string | undefined
}

const RULES = '/alerts?tab=rules'

export function RuleForm({ draft: first, kept }: { draft: Draft; kept?: KeptRule }) {
  const { t } = useTranslation('alerts')
  const { t: common } = useTranslation()
  const [, navigate] = useLocation()
  const client = useQueryClient()
  const remove = useRemoveRule()
  const form = useForm(['name', 'site', 'condition', 'quiet', 'channels', 'escalation'])
  const [draft, setDraft] = useState(first)
  const [tried, setTried] = useState(false)
  const errors = errorsOf(draft)
  const isRight = Object.keys(errors).length === 0

  const saved = async (rule: KeptRule) => {
    await client.invalidateQueries({
      predicate: ({ queryKey: [path] }) => (path as string).startsWith('/api/v1/alert'),
    })
    toast(t('form.saved', { name: rule.name }))
    navigate(RULES)
  }
  const versioned = useVersioned<KeptRule>({
    read: () => readRule(kept?.id ?? ''),
    write: (version) => replaceRule(kept?.id ?? '', version, ruleOf(draft)),
    mine: () => ruleOf(draft),
    onSaved: (rule) => void saved(rule),
    onTake: (theirs) => {
      client.setQueryData(['/api/v1/alert-rules/{id}', { path: { id: theirs.id } }], theirs)
      setDraft(draftOf(theirs))
    },
  })
  const send = async () => {
    if (kept) await versioned.save(kept.version)
    else await saved(await createRule(ruleOf(draft)))
  }

  const fields: FieldsProps = {
    draft,
    change: (change) => setDraft((before) => ({ ...before, ...change })),
    error: (field) => {
      const wrong = errors[field]
      return tried && wrong ? t(`form.error.${wrong}`) : undefined
    },
  }
  return (
    <div className={css.columns}>
      <Form
        label={kept?.name ?? t('form.new')}
        problem={form.problem}
        onSubmit={() => {
          setTried(true)
          if (isRight) form.submit(send)()
        }}
      >
        <Card>
          <NameFields {...fields} isNew={!kept} />
        </Card>
        <Card title={t('form.what')}>
          <WhatFields {...fields} />
        </Card>
        <Card title={t('form.when')}>
          <WhenFields {...fields} />
        </Card>
        <Card title={t('form.who')}>
          <WhoFields {...fields} />
        </Card>
        <Card>
          <Switch
            isSelected={draft.enabled}
            onChange={(enabled) => fields.change({ enabled })}
            about={t('form.enabledAbout')}
          >
            {t('form.enabled')}
          </Switch>
        </Card>
        {tried && !isRight && (
          <div role="alert">
            <Note look="warn">{t('form.fix')}</Note>
          </div>
        )}
        <Actions>
          {kept && (
            <Button look="quiet" icon="delete" onPress={() => remove(kept, () => navigate(RULES))}>
              {t('form.delete')}
            </Button>
          )}
          <Button onPress={() => navigate(RULES)}>{common('do.cancel')}</Button>
          <Button type="submit" look="primary" isPending={form.pending}>
            {common('do.save')}
          </Button>
        </Actions>
      </Form>
      <aside className={css.aside}>
        <Card title={t('form.inWords')}>
          <InWords rule={ruleOf(draft)} />
        </Card>
        <Card title={t('rehearsal.title')}>
          <Rehearsal rule={ruleOf(draft)} isRight={isRight} />
        </Card>
      </aside>
      {versioned.dialog}
    </div>
  )
}
