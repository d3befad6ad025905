import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { answered, api, begun, problemOf } from '@/api'
import { Button } from '@/parts/Button'
import button from '@/parts/Button.module.css'
import { classes } from '@/parts/classes'
import { Form, useForm } from '@/parts/Form'
import { Note } from '@/parts/State'
import { TextField } from '@/parts/TextField'

import css from './Door.module.css'
import { enter, type Server } from './Door'
import { Title } from './Title'

/** Name and password, and the code of an app where the account asks for one. */
export function SignIn({ server }: { server: Server }) {
  const { t } = useTranslation('sign')
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState<string>()
  const form = useForm(['name', 'password', 'code'])

  const signIn = async () => {
    const given = code?.replaceAll(/\s/g, '')
    try {
      const session = await answered(
        api.POST('/api/v1/auth/login', { body: { name, password, ...(given ? { code: given } : {}) } }),
      )
      begun(session)
    } catch (error) {
      if (problemOf(error).code !== 'code_needed') throw error
      setCode('')
      return
    }
    await enter()
  }

  return (
    <>
      <Title title={t('title')} />
      <Form onSubmit={form.submit(signIn)} problem={form.problem} label={t('title')}>
        <TextField
          label={t('name')}
          name="username"
          autoComplete="username"
          autoFocus
          isRequired
          value={name}
          onChange={setName}
          error={form.errorOf('name')}
        />
        <TextField
          label={t('password')}
          type="password"
          name="password"
          autoComplete="current-password"
          isRequired
          value={password}
          onChange={setPassword}
          error={form.errorOf('password')}
        />
        {code !== undefined && (
          <>
            <Note>{t('codeNeeded')}</Note>
            <TextField
              label={t('code')}
              help={t('codeHelp')}
              name="code"
              autoComplete="one-time-code"
              autoFocus
              value={code}
              onChange={setCode}
              error={form.errorOf('code')}
            />
          </>
        )}
        <Button type="submit" look="primary" isPending={form.pending}>
          {t('signIn')}
        </Button>
      </Form>
      {server.oidc && (
        <>
          <p className={css.or}>{t('or')}</p>
          <a className={classes(button.button, button.secondary)} href="/api/v1/auth/oidc">
            {t('with', { name: server.oidc.name })}
          </a>
        </>
      )}
      <p className={css.links}>
        <Link to="/forgotten">{t('forgotten')}</Link>
        {server.sign_up && <Link to="/sign-up">{t('signUp')}</Link>}
      </p>
    </>
  )
}
