import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { answered, api, read, useChange, type Schema } from '@/api'
import { Badge } from '@/parts/Badge'
import { Button } from '@/parts/Button'
import { ConfirmDialog } from '@/parts/Dialog'
import { EmptyState, ErrorState, Loading } from '@/parts/State'
import { Table, type Column } from '@/parts/Table'
import { DateTime, Zone } from '@/parts/Time'
import { toast } from '@/parts/toasts'
import { useNow } from '@/parts/useNow'

import { stateOf } from '../life'
import css from '../people.module.css'
import { Roles } from '../Roles'
import { HERE } from '../time'
import { NewCode } from './NewCode'

export const CODES = '/api/v1/registration-codes'
type Code = Schema<'CodeView'>

/** Codes with which people sign up by themselves. */
export function CodesPanel() {
  const { t } = useTranslation('people')
  const [isMaking, setMaking] = useState(false)
  const [ending, setEnding] = useState<Code>()
  const query = useQuery(read('/api/v1/registration-codes'))
  const make = (
    <Button look="primary" icon="add" onPress={() => setMaking(true)}>
      {t('codes.add')}
    </Button>
  )
  const columns: Column<Code>[] = [
    { key: 'code', title: t('codes.code'), cell: ({ prefix }) => <code>{prefix}…</code> },
    { key: 'gives', title: t('codes.gives'), cell: ({ role }) => <Roles roles={[role]} /> },
    { key: 'state', title: t('users.state'), wide: true, cell: (code) => <State code={code} /> },
    { key: 'uses', title: t('codes.usesLeft'), numeric: true, cell: ({ uses_left }) => uses_left },
    {
      key: 'expires',
      title: t('codes.expires'),
      cell: ({ expires }) => <DateTime time={expires} zone={HERE} />,
    },
    { key: 'madeBy', title: t('codes.madeBy'), wide: true, cell: ({ made_by }) => made_by },
    {
      key: 'end',
      title: t('codes.end'),
      hideTitle: true,
      cell: (code) => (
        <div className={css.end}>
          <Button
            small
            look="quiet"
            aria-label={t('codes.endOf', { prefix: code.prefix })}
            onPress={() => setEnding(code)}
          >
            {t('codes.end')}
          </Button>
        </div>
      ),
    },
  ]
  if (query.isError && !query.data)
    return <ErrorState error={query.error} retry={() => void query.refetch()} />
  if (!query.data) return <Loading />
  return (
    <div className={css.panel}>
      {query.data.length === 0 ? (
        <EmptyState icon="key" title={t('codes.none')} action={make}>
          {t('codes.noneAbout')}
        </EmptyState>
      ) : (
        <>
          <div className={css.tools}>
            <p className={css.muted}>
              <Zone zone={HERE} />
            </p>
            {make}
          </div>
          <Table label={t('tabs.codes')} columns={columns} rows={query.data} rowKey={({ id }) => id} />
        </>
      )}
      {isMaking && <NewCode onClose={() => setMaking(false)} />}
      {ending && <EndCode code={ending} onClose={() => setEnding(undefined)} />}
    </div>
  )
}

function State({ code }: { code: Code }) {
  const { t } = useTranslation('people')
  const now = useNow()
  if (stateOf(code, now) === 'expired') return <Badge>{t('codes.expired')}</Badge>
  if (code.uses_left === 0) return <Badge>{t('codes.used')}</Badge>
  return <Badge mood="good">{t('codes.good')}</Badge>
}

function EndCode({ code, onClose }: { code: Code; onClose: () => void }) {
  const { t } = useTranslation('people')
  const end = useChange(
    () => answered(api.DELETE('/api/v1/registration-codes/{id}', { params: { path: { id: code.id } } })),
    [CODES],
  )
  return (
    <ConfirmDialog
      title={t('codes.endTitle')}
      action={t('codes.end')}
      isOpen
      onClose={onClose}
      onConfirm={async () => {
        await end.mutateAsync()
        toast(t('codes.ended'))
      }}
    >
      <p>
        <code>{code.prefix}…</code>
      </p>
      <p>{t('codes.endAbout')}</p>
    </ConfirmDialog>
  )
}
