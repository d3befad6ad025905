import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useParams, useSearchParams } from 'wouter'

import { read } from '@/api'
import { useAuth } from '@/app/auth'
import { mayAt } from '@/app/rights'
import { Card, Page, PageHeader } from '@/parts/Page'
import { useSites } from '@/parts/places'
import { ErrorState, Loading, NoRights } from '@/parts/State'

import { draftOf } from '../draft'
import { templateDraft, TEMPLATES } from '../templates'
import { InWords } from './InWords'
import { RuleForm } from './RuleForm'

/** A rule: a new one, or one that is there. */
export default function RulePage() {
  const { id } = useParams<{ id: string }>()
  return id === 'new' ? <NewRule /> : <KnownRule key={id} id={id} />
}

function NewRule() {
  const { t } = useTranslation('alerts')
  const { rights } = useAuth()
  const { sites, isPending, error } = useSites()
  const [search] = useSearchParams()
  const template = TEMPLATES.find((one) => one === search.get('template'))
  const site = sites.find((one) => mayAt(rights, 'operator', one.id))
  return (
    <Page>
      <Header title={t('form.new')} />
      {error && <ErrorState error={error} />}
      {isPending && <Loading />}
      {!isPending && !error && !site && <NoRights />}
      {site && (
        <RuleForm
          draft={templateDraft(template, template ? t(`rules.templates.${template}`) : '', site.id)}
        />
      )}
    </Page>
  )
}

function KnownRule({ id }: { id: string }) {
  const { t } = useTranslation('alerts')
  const { rights } = useAuth()
  // What is being edited must not change beneath the hands; another version is noticed when it is saved.
  const rule = useQuery({
    ...read('/api/v1/alert-rules/{id}', { params: { path: { id } } }),
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  return (
    <Page>
      <Header title={rule.data?.name ?? t('rules.name')} />
      {rule.isError && !rule.data && <ErrorState error={rule.error} retry={() => void rule.refetch()} />}
      {rule.isPending && <Loading />}
      {rule.data &&
        (mayAt(rights, 'operator', rule.data.site) ? (
          <RuleForm draft={draftOf(rule.data)} kept={rule.data} />
        ) : (
          <Card title={t('form.inWords')}>
            <InWords rule={rule.data} />
          </Card>
        ))}
    </Page>
  )
}

function Header({ title }: { title: string }) {
  const { t } = useTranslation('alerts')
  return <PageHeader title={title} back={{ to: '/alerts?tab=rules', title: t('tabs.rules') }} />
}
