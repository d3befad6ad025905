import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { answered, api, read, useChange, type Schema } from '@/api'
import { Badge } from '@/parts/Badge'
import { Button } from '@/parts/Button'
import { ConfirmDialog } from '@/parts/Dialog'
import { Card } from '@/parts/Page'
import { useProblemWords } from '@/parts/ProblemText'
import { ErrorState, Loading } from '@/parts/State'
import { Table, type Column } from '@/parts/Table'
import { DateTime } from '@/parts/Time'
import { toast } from '@/parts/toasts'

import { browserOf } from '../browser'
import css from '../people.module.css'
import { HERE } from '../time'

const SESSIONS = '/api/v1/auth/sessions'
type Session = Schema<'SessionListed'>

/** Where somebody is signed in. */
export function Sessions() {
  const { t } = useTranslation('people')
  const words = useProblemWords()
  const [isEndingAll, setEndingAll] = useState(false)
  const query = useQuery(read('/api/v1/auth/sessions'))
  const end = useChange(
    (id: string) => answered(api.DELETE('/api/v1/auth/sessions/{id}', { params: { path: { id } } })),
    [SESSIONS],
  )
  const called = ({ agent }: Session) => {
    const { name, system } = browserOf(agent)
    if (!name) return agent.split(/[\s/]/)[0] || t('account.sessions.unknown')
    return system ? t('account.sessions.browser', { browser: name, system }) : name
  }
  const columns: Column<Session>[] = [
    {
      key: 'browser',
      title: t('account.sessions.where'),
      cell: (session) => (
        <div className={css.person}>
          {called(session)}
          {session.address && <span>{session.address}</span>}
        </div>
      ),
    },
    {
      key: 'since',
      title: t('account.sessions.since'),
      wide: true,
      cell: ({ created }) => <DateTime time={created} zone={HERE} />,
    },
    {
      key: 'refreshed',
      title: t('account.sessions.refreshed'),
      cell: ({ refreshed }) => <DateTime time={refreshed} zone={HERE} />,
    },
    {
      key: 'end',
      title: t('account.sessions.end'),
      hideTitle: true,
      cell: (session) => (
        <div className={css.end}>
          {session.current ? (
            <Badge mood="good">{t('account.sessions.current')}</Badge>
          ) : (
            <Button
              small
              look="quiet"
              isPending={end.isPending && end.variables === session.id}
              aria-label={t('account.sessions.endOf', { browser: called(session) })}
              onPress={() =>
                end.mutate(session.id, {
                  onSuccess: () => toast(t('account.sessions.ended')),
                  onError: (problem) => toast(words(problem).summary, { look: 'failed' }),
                })
              }
            >
              {t('account.sessions.end')}
            </Button>
          )}
        </div>
      ),
    },
  ]
  return (
    <Card
      title={t('account.sessions.title')}
      about={t('account.sessions.about')}
      actions={
        <Button small onPress={() => setEndingAll(true)}>
          {t('account.sessions.endAll')}
        </Button>
      }
    >
      {query.isError && !query.data && <ErrorState error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Loading lines={2} />}
      {query.data && (
        <Table
          label={t('account.sessions.title')}
          columns={columns}
          rows={query.data}
          rowKey={({ id }) => id}
        />
      )}
      <ConfirmDialog
        title={t('account.sessions.endAllTitle')}
        action={t('account.sessions.endAll')}
        isOpen={isEndingAll}
        onClose={() => setEndingAll(false)}
        onConfirm={async () => {
          await answered(api.POST('/api/v1/auth/logout-everywhere'))
          window.location.assign('/')
        }}
      >
        <p>{t('account.sessions.endAllAbout')}</p>
      </ConfirmDialog>
    </Card>
  )
}
