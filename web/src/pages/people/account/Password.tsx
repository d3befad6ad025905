import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { answered, api } from '@/api'
import { Button } from '@/parts/Button'
import { Actions } from '@/parts/Dialog'
import { Form, Row, useForm } from '@/parts/Form'
import { TextField } from '@/parts/TextField'

import css from '../people.module.css'

const LEAST = 12

/** Changes the own password. Every session ends by it, so the page asks to sign in again. */
export function Password({ name }: { name: string }) {
  const { t } = useTranslation('people')
  const form = useForm(['password', 'new_password'])
  const [present, setPresent] = useState('')
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const [tried, setTried] = useState(false)
  const isShort = next.length < LEAST
  const differ = next !== again
  const isWrong = form.problem?.code === 'sign_in_failed'

  const send = async () => {
    const body = { password: present, new_password: next }
    await answered(api.POST('/api/v1/auth/password', { body }))
    window.location.assign('/')
  }
  return (
    <Form
      label={t('account.password.title')}
      problem={isWrong ? undefined : form.problem}
      onSubmit={() => {
        setTried(true)
        if (present && !isShort && !differ) form.submit(send)()
      }}
    >
      {/* Password managers want to know whose password it is. */}
      <input className="unseen" type="text" autoComplete="username" value={name} readOnly hidden />
      <TextField
        label={t('account.password.present')}
        type="password"
        autoComplete="current-password"
        value={present}
        onChange={setPresent}
        error={(tried && !present) || isWrong ? t('account.password.wrong') : form.errorOf('password')}
      />
      <Row>
        <TextField
          label={t('account.password.new')}
          help={t('account.password.newHelp')}
          type="password"
          autoComplete="new-password"
          value={next}
          onChange={setNext}
          error={tried && isShort ? t('account.password.short') : form.errorOf('new_password')}
        />
        <TextField
          label={t('account.password.again')}
          type="password"
          autoComplete="new-password"
          value={again}
          onChange={setAgain}
          error={tried && differ ? t('account.password.differ') : undefined}
        />
      </Row>
      <p className={css.muted}>{t('account.password.about')}</p>
      <Actions>
        <Button type="submit" isPending={form.pending}>
          {t('account.password.change')}
        </Button>
      </Actions>
    </Form>
  )
}
