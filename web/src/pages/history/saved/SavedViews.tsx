import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { answered, api, ifMatch, read, useChange, type Schema } from '@/api'
import { useAuth } from '@/app/auth'
import { mayAt, mayEverywhere, type Rights } from '@/app/rights'
import { Badge } from '@/parts/Badge'
import { Button } from '@/parts/Button'
import { Checkbox } from '@/parts/Choice'
import { Actions, Dialog } from '@/parts/Dialog'
import { Form, useForm } from '@/parts/Form'
import { EmptyState, ErrorState, Loading } from '@/parts/State'
import { TextField } from '@/parts/TextField'
import { toast } from '@/parts/toasts'
import { ProblemText } from '@/parts/ProblemText'

import type { View } from '../view'
import { isShown, queryOf, savedView } from './kept'
import css from './saved.module.css'

type Saved = Schema<'View'>

const VIEWS = read('/api/v1/views', { params: { query: { limit: 1000 } } })

interface SavedProps {
  view: View
  onOpen: (view: View) => void
}

/** Views with a name: to open, to keep, to rename, to delete. */
export function SavedViews({ view, onOpen }: SavedProps) {
  const { t } = useTranslation('history')
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button icon="history" onPress={() => setOpen(true)}>
        {t('saved.label')}
      </Button>
      {isOpen && (
        <Dialog title={t('saved.label')} isOpen onClose={() => setOpen(false)}>
          <List
            view={view}
            onOpen={(chosen) => {
              onOpen(chosen)
              setOpen(false)
            }}
          />
        </Dialog>
      )}
    </>
  )
}

function List({ view, onOpen }: SavedProps) {
  const { t } = useTranslation('history')
  const views = useQuery(VIEWS)
  const [renaming, setRenaming] = useState<string>()
  if (views.isError) return <ErrorState error={views.error} retry={() => void views.refetch()} />
  if (!views.data) return <Loading />
  const mine = views.data.items.flatMap((saved) => {
    const opened = savedView(saved.query)
    return opened ? [{ saved, opened }] : []
  })
  return (
    <>
      {mine.length === 0 ? (
        <EmptyState icon="history" title={t('saved.none')}>
          {t('saved.noneAbout')}
        </EmptyState>
      ) : (
        <ul className={css.list}>
          {mine.map(({ saved, opened }) => (
            <li key={saved.id} className={css.item}>
              {renaming === saved.id ? (
                <Rename saved={saved} onDone={() => setRenaming(undefined)} />
              ) : (
                <Item
                  saved={saved}
                  isCurrent={isShown(saved.query, view)}
                  onOpen={() => onOpen(opened)}
                  onRename={() => setRenaming(saved.id)}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      <Create view={view} />
    </>
  )
}

/** Whether somebody may change a view: their own, or that of a site they look after. */
function mayChange({ owner, site }: Saved, user: { id: string } | undefined, rights: Rights): boolean {
  if ((owner ?? undefined) === user?.id) return true
  return site ? mayAt(rights, 'admin', site) : mayEverywhere(rights, 'admin')
}

interface ItemProps {
  saved: Saved
  isCurrent: boolean
  onOpen: () => void
  onRename: () => void
}

function Item({ saved, isCurrent, onOpen, onRename }: ItemProps) {
  const { t } = useTranslation('history')
  const { user, rights } = useAuth()
  const { id, name, site, shared, query, version } = saved
  const create = useChange(
    () => answered(api.POST('/api/v1/views', { body: { name, shared, query, ...(site ? { site } : {}) } })),
    ['/api/v1/views'],
  )
  const remove = useChange(
    () => answered(api.DELETE('/api/v1/views/{id}', { params: { path: { id }, header: ifMatch(version) } })),
    ['/api/v1/views'],
  )
  const takeAway = () =>
    remove.mutate(undefined, {
      onSuccess: () => toast(t('saved.deleted', { name }), { undo: () => create.mutate() }),
    })
  return (
    <>
      <button type="button" className={css.open} onClick={onOpen} aria-current={isCurrent || undefined}>
        {name}
      </button>
      {shared && <Badge>{t('saved.shared')}</Badge>}
      {mayChange(saved, user, rights) && (
        <>
          <Button
            small
            look="quiet"
            icon="edit"
            aria-label={t('saved.rename', { name })}
            onPress={onRename}
          />
          <Button
            small
            look="quiet"
            icon="delete"
            aria-label={t('saved.delete', { name })}
            isPending={remove.isPending}
            onPress={takeAway}
          />
        </>
      )}
      {remove.error && <ProblemText problem={remove.error} />}
    </>
  )
}

function Rename({ saved, onDone }: { saved: Saved; onDone: () => void }) {
  const { t } = useTranslation('history')
  const { t: common } = useTranslation()
  const [name, setName] = useState(saved.name)
  const form = useForm(['name'])
  const rename = useChange(
    () =>
      answered(
        api.PATCH('/api/v1/views/{id}', {
          params: { path: { id: saved.id }, header: ifMatch(saved.version) },
          body: { name: name.trim() },
        }),
      ),
    ['/api/v1/views'],
  )
  const submit = form.submit(async () => {
    await rename.mutateAsync()
    onDone()
  })
  return (
    <div className={css.rename}>
      <Form onSubmit={submit} problem={form.problem}>
        <TextField
          label={t('saved.name')}
          value={name}
          onChange={setName}
          error={form.errorOf('name')}
          autoFocus
          maxLength={100}
        />
        <Actions>
          <Button onPress={onDone}>{common('do.cancel')}</Button>
          <Button type="submit" look="primary" isPending={form.pending} isDisabled={!name.trim()}>
            {common('do.save')}
          </Button>
        </Actions>
      </Form>
    </div>
  )
}

/** Saves what is shown now. */
function Create({ view }: { view: View }) {
  const { t } = useTranslation('history')
  const { rights } = useAuth()
  const [name, setName] = useState('')
  const [shared, setShared] = useState(false)
  const form = useForm(['name'])
  const create = useChange(
    () =>
      answered(
        api.POST('/api/v1/views', {
          body: {
            name: name.trim(),
            shared,
            query: queryOf(view),
            ...(view.site ? { site: view.site } : {}),
          },
        }),
      ),
    ['/api/v1/views'],
  )
  const mayShare = view.site ? mayAt(rights, 'operator', view.site) : mayEverywhere(rights, 'operator')
  const submit = form.submit(async () => {
    await create.mutateAsync()
    toast(t('saved.saved', { name: name.trim() }))
    setName('')
  })
  return (
    <div className={css.create}>
      <h3>{t('saved.create')}</h3>
      <Form onSubmit={submit} problem={form.problem}>
        <TextField
          label={t('saved.name')}
          value={name}
          onChange={setName}
          error={form.errorOf('name')}
          maxLength={100}
        />
        {mayShare && (
          <Checkbox isSelected={shared} onChange={setShared}>
            {t('saved.share')}
          </Checkbox>
        )}
        <Actions>
          <Button type="submit" look="primary" isPending={form.pending} isDisabled={!name.trim()}>
            {t('saved.save')}
          </Button>
        </Actions>
      </Form>
    </div>
  )
}
