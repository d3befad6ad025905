import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'

import { answered, api, begun } from '@/api'
import { Button } from '@/parts/Button'
import { Form, useForm } from '@/parts/Form'
import { Note } from '@/parts/State'
import { TextField } from '@/parts/TextField'

import { enter } from './Door'
import { useLink } from './link'
import { NewPassword } from './NewPassword'
import { Title } from './Title'

/** Makes the first administrator with the link that the program printed, and signs them in. */
export function SetUp() {
  const { t } = useTranslation('sign')
  const link = useLink()
  const [, navigate] = useLocation()
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const form = useForm(['name', 'email', 'password'])
  if (!link) return <Note look="warn">{t('setUp.noLink')}</Note>

  const setUp = async () => {
    const mail = email.trim()
    await answered(
      api.POST('/api/v1/auth/setup', { body: { link, name, password, ...(mail ? { email: mail } : {}) } }),
    )
    begun(await answered(api.POST('/api/v1/auth/login', { body: { name, password } })))
    navigate('/', { replace: true })
    await enter()
  }

  return (
    <>
      <Title title={t('setUp.title')} about={t('setUp.about')} />
      <Form onSubmit={form.submit(setUp)} problem={form.problem} label={t('setUp.title')}>
        <TextField
          label={t('setUp.name')}
          help={t('setUp.nameHelp')}
          name="username"
          autoComplete="username"
          autoFocus
          isRequired
          value={name}
          onChange={setName}
          error={form.errorOf('name')}
        />
        <TextField
          label={t('setUp.email')}
          help={t('setUp.emailHelp')}
          type="email"
          name="email"
          autoComplete="email"
          optional
          value={email}
          onChange={setEmail}
          error={form.errorOf('email')}
        />
        <NewPassword
          label={t('setUp.password')}
          value={password}
          onChange={setPassword}
          error={form.errorOf('password')}
        />
        <Button type="submit" look="primary" isPending={form.pending}>
          {t('setUp.go')}
        </Button>
      </Form>
    </>
  )
}
