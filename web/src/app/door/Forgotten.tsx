import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { answered, api } from '@/api'
import { Button } from '@/parts/Button'
import { Form, useForm } from '@/parts/Form'
import { Note } from '@/parts/State'
import { TextField } from '@/parts/TextField'

import css from './Door.module.css'
import { Title } from './Title'

/** Sends a link to choose a new password, where the server can send mail. */
export function Forgotten({ canMail }: { canMail: boolean }) {
  const { t } = useTranslation('sign')
  const [email, setEmail] = useState('')
  const [isSent, setSent] = useState(false)
  const form = useForm(['email'])

  const send = async () => {
    await answered(api.POST('/api/v1/auth/forgotten', { body: { email: email.trim() } }))
    setSent(true)
  }

  return (
    <>
      <Title title={t('forgot.title')} {...(canMail ? { about: t('forgot.about') } : {})} />
      {!canMail && <Note>{t('forgot.byAdmin')}</Note>}
      {canMail && !isSent && (
        <Form onSubmit={form.submit(send)} problem={form.problem} label={t('forgot.title')}>
          <TextField
            label={t('forgot.email')}
            type="email"
            name="email"
            autoComplete="email"
            autoFocus
            isRequired
            value={email}
            onChange={setEmail}
            error={form.errorOf('email')}
          />
          <Button type="submit" look="primary" isPending={form.pending}>
            {t('forgot.go')}
          </Button>
        </Form>
      )}
      {isSent && (
        <div role="status">
          <Note look="good">{t('forgot.done')}</Note>
        </div>
      )}
      <p className={css.links}>
        <Link to="/">{t('backToSignIn')}</Link>
      </p>
    </>
  )
}
