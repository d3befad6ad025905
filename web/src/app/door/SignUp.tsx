import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'wouter'

import { answered, api } from '@/api'
import { Button } from '@/parts/Button'
import { Form, useForm } from '@/parts/Form'
import { TextField } from '@/parts/TextField'

import css from './Door.module.css'
import { NewPassword } from './NewPassword'
import { Title } from './Title'

/** Signs up with a registration code; a link may bring it along, as `/sign-up#CODE`. */
export function SignUp({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation('sign')
  const [, navigate] = useLocation()
  const [code, setCode] = useState(() => location.hash.slice(1))
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const form = useForm(['code', 'name', 'email', 'password'])

  const signUp = async () => {
    const mail = email.trim()
    await answered(
      api.POST('/api/v1/auth/sign-up', {
        body: { code: code.trim(), name, password, ...(mail ? { email: mail } : {}) },
      }),
    )
    onDone()
    navigate('/')
  }

  return (
    <>
      <Title title={t('register.title')} about={t('register.about')} />
      <Form onSubmit={form.submit(signUp)} problem={form.problem} label={t('register.title')}>
        <TextField
          label={t('register.code')}
          name="registration-code"
          autoComplete="off"
          isRequired
          value={code}
          onChange={setCode}
          error={form.errorOf('code')}
        />
        <TextField
          label={t('setUp.name')}
          help={t('setUp.nameHelp')}
          name="username"
          autoComplete="username"
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
          {t('register.go')}
        </Button>
      </Form>
      <p className={css.links}>
        <Link to="/">{t('backToSignIn')}</Link>
      </p>
    </>
  )
}
