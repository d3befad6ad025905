import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { answered, api, useChange } from '@/api'
import type { Rights } from '@/app/rights'
import { Button } from '@/parts/Button'
import { Actions, Dialog } from '@/parts/Dialog'
import { Form, useForm } from '@/parts/Form'
import { Secret } from '@/parts/Secret'
import { Select } from '@/parts/Select'
import { TextField } from '@/parts/TextField'

import { writeRights } from '../grants'
import { endOf, LIVES, type Life } from '../life'
import { RoleFields } from '../RoleFields'
import { TOKENS } from './TokensPanel'

/** Makes a token, and shows it once. */
export function NewToken({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('people')
  const { t: common } = useTranslation()
  const form = useForm(['name', 'scopes', 'expires'])
  const [name, setName] = useState('')
  const [rights, setRights] = useState<Rights>({ everywhere: 'viewer', sites: new Map() })
  const [life, setLife] = useState<Life>('quarter')
  const [tried, setTried] = useState(false)
  const [made, setMade] = useState<string>()
  const create = useChange(
    (body: { name: string; scopes: string[]; expires?: string }) =>
      answered(api.POST('/api/v1/tokens', { body })),
    [TOKENS],
  )
  const scopes = writeRights(rights)
  const send = async () => {
    const expires = endOf(life, Date.now())
    const token = await create.mutateAsync({ name: name.trim(), scopes, ...(expires ? { expires } : {}) })
    setMade(token.token ?? '')
  }
  if (made !== undefined) {
    return (
      <Secret
        title={t('tokens.shownTitle', { name: name.trim() })}
        label={t('tokens.label')}
        value={made}
        onClose={onClose}
      >
        {t('tokens.shown')}
      </Secret>
    )
  }
  const lives = [...(Object.keys(LIVES) as (keyof typeof LIVES)[]), 'forGood' as const]
  return (
    <Dialog title={t('tokens.add')} isOpen onClose={onClose}>
      <Form
        problem={form.problem}
        onSubmit={() => {
          setTried(true)
          if (name.trim() && scopes.length) form.submit(send)()
        }}
      >
        <TextField
          label={t('tokens.forWhat')}
          help={t('tokens.forWhatHelp')}
          value={name}
          onChange={setName}
          error={tried && !name.trim() ? t('tokens.nameError') : form.errorOf('name')}
          autoFocus
          autoComplete="off"
        />
        <RoleFields
          title={t('tokens.scopes')}
          help={t('tokens.scopesHelp')}
          rights={rights}
          onChange={setRights}
          error={tried && scopes.length === 0 ? t('tokens.noScope') : form.errorOf('scopes')}
        />
        <Select
          label={t('tokens.until')}
          options={lives.map((value) => ({ value, label: t(`life.${value}`) }))}
          value={life}
          onChange={setLife}
          error={form.errorOf('expires')}
        />
        <Actions>
          <Button onPress={onClose}>{common('do.cancel')}</Button>
          <Button type="submit" look="primary" isPending={form.pending}>
            {t('tokens.create')}
          </Button>
        </Actions>
      </Form>
    </Dialog>
  )
}
