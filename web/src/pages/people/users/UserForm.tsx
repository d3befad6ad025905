import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { answered, api, ifMatch, type Schema } from '@/api'
import { rightsOf } from '@/app/rights'
import { Button } from '@/parts/Button'
import { Switch } from '@/parts/Choice'
import { useVersioned } from '@/parts/conflict'
import { Actions } from '@/parts/Dialog'
import { Form, Row, useForm } from '@/parts/Form'
import { Note } from '@/parts/State'
import { TextField } from '@/parts/TextField'
import { toast } from '@/parts/toasts'

import { writeRights } from '../grants'
import { RoleFields } from '../RoleFields'
import { SESSION, USERS } from './data'

type User = Schema<'UserView'>

/** What a user is called, and what they may do. */
export function UserForm({ user }: { user: User }) {
  const { t } = useTranslation('people')
  const { t: common } = useTranslation()
  const client = useQueryClient()
  const form = useForm(['name', 'email', 'roles'])
  const [name, setName] = useState(user.name)
  const [email, setEmail] = useState(user.email ?? '')
  const [rights, setRights] = useState(() => rightsOf(user.roles))
  const [enabled, setEnabled] = useState(!user.disabled)

  const params = { path: { id: user.id } }
  const shown = (changed: User) => client.setQueryData(['/api/v1/users/{id}', params], changed)
  const mine = () => ({
    name: name.trim(),
    email: email.trim() || null,
    roles: writeRights(rights),
    disabled: !enabled,
  })
  const versioned = useVersioned<User>({
    read: () => answered(api.GET('/api/v1/users/{id}', { params })),
    write: (version) =>
      answered(
        api.PATCH('/api/v1/users/{id}', { params: { ...params, header: ifMatch(version) }, body: mine() }),
      ),
    mine,
    onSaved: (changed) => {
      toast(t('user.saved', { name: changed.name }))
      shown(changed)
      void client.invalidateQueries({
        predicate: ({ queryKey: [path] }) => path === USERS || path === SESSION,
      })
    },
    onTake: shown,
  })
  return (
    <Form
      label={t('user.profile')}
      onSubmit={form.submit(() => versioned.save(user.version))}
      problem={form.problem}
    >
      <Row>
        <TextField
          label={t('newUser.name')}
          help={t('newUser.nameHelp')}
          value={name}
          onChange={setName}
          error={form.errorOf('name')}
          autoComplete="off"
        />
        <TextField
          label={t('newUser.email')}
          optional
          type="email"
          value={email}
          onChange={setEmail}
          error={form.errorOf('email')}
          autoComplete="off"
        />
      </Row>
      <RoleFields
        title={t('roles.title')}
        rights={rights}
        onChange={setRights}
        error={form.errorOf('roles')}
      />
      {writeRights(rights).length === 0 && <Note look="warn">{t('user.noRole')}</Note>}
      <Switch isSelected={enabled} onChange={setEnabled} about={t('user.enabledAbout')}>
        {t('user.enabled')}
      </Switch>
      <Actions>
        <Button type="submit" look="primary" isPending={form.pending}>
          {common('do.save')}
        </Button>
      </Actions>
      {versioned.dialog}
    </Form>
  )
}
