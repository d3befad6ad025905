import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { answered, api, useChange } from '@/api'
import type { Rights } from '@/app/rights'
import { Button } from '@/parts/Button'
import { Actions, Dialog } from '@/parts/Dialog'
import { Form, useForm } from '@/parts/Form'
import { Secret } from '@/parts/Secret'
import { Note } from '@/parts/State'
import { TextField } from '@/parts/TextField'

import { writeRights } from '../grants'
import { RoleFields } from '../RoleFields'
import { USERS } from './data'

/** Makes a user, and shows the link with which they choose a password. */
export function NewUser({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('people')
  const { t: common } = useTranslation()
  const form = useForm(['name', 'email', 'roles'])
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const [rights, setRights] = useState<Rights>({ everywhere: 'viewer', sites: new Map() })
  const [link, setLink] = useState<string>()
  const create = useChange(
    (body: { name: string; email?: string; roles: string[] }) =>
      answered(api.POST('/api/v1/users', { body })),
    [USERS],
  )
  const send = async () => {
    const mail = email.trim()
    const made = await create.mutateAsync({
      name: name.trim(),
      roles: writeRights(rights),
      ...(mail ? { email: mail } : {}),
    })
    setLink(made.link)
  }
  if (link !== undefined) {
    return (
      <Secret
        title={t('newUser.linkTitle', { name: name.trim() })}
        label={t('newUser.label')}
        value={link}
        onClose={onClose}
      >
        {t('newUser.link', { name: name.trim() })}
      </Secret>
    )
  }
  return (
    <Dialog title={t('newUser.title')} isOpen onClose={onClose}>
      <Form onSubmit={form.submit(send)} problem={form.problem}>
        <TextField
          label={t('newUser.name')}
          help={t('newUser.nameHelp')}
          value={name}
          onChange={setName}
          error={form.errorOf('name')}
          autoFocus
          autoComplete="off"
        />
        <TextField
          label={t('newUser.email')}
          help={t('newUser.emailHelp')}
          optional
          type="email"
          value={email}
          onChange={setEmail}
          error={form.errorOf('email')}
          autoComplete="off"
        />
        <RoleFields
          title={t('roles.title')}
          rights={rights}
          onChange={setRights}
          error={form.errorOf('roles')}
        />
        {writeRights(rights).length === 0 && <Note look="warn">{t('user.noRole')}</Note>}
        <Actions>
          <Button onPress={onClose}>{common('do.cancel')}</Button>
          <Button type="submit" look="primary" isPending={form.pending}>
            {t('newUser.create')}
          </Button>
        </Actions>
      </Form>
    </Dialog>
  )
}
