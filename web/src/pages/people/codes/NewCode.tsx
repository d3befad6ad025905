import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { answered, api, useChange } from '@/api'
import { useAuth } from '@/app/auth'
import { mayAt, mayEverywhere, ROLES } from '@/app/rights'
import { Button } from '@/parts/Button'
import { Actions, Dialog } from '@/parts/Dialog'
import { Form, Row, useForm } from '@/parts/Form'
import { useSites } from '@/parts/places'
import { Secret } from '@/parts/Secret'
import { Select } from '@/parts/Select'
import { TextField } from '@/parts/TextField'

import { endOf, LIVES, type Life } from '../life'
import { CODES } from './CodesPanel'

const EVERYWHERE = '*'
const SIGN_UP = '/sign-up'

/** Makes a code: what it gives, to how many, and until when. */
export function NewCode({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('people')
  const { t: common } = useTranslation()
  const { rights } = useAuth()
  const { sites } = useSites()
  const form = useForm(['role', 'uses', 'expires'])
  const places = [
    ...(mayEverywhere(rights, 'admin') ? [{ value: EVERYWHERE, label: t('roles.everywhere') }] : []),
    ...sites
      .filter(({ id }) => mayAt(rights, 'admin', id))
      .map(({ id, name }) => ({ value: id, label: name })),
  ]
  const [role, setRole] = useState<(typeof ROLES)[number]>('viewer')
  const [place, setPlace] = useState(places[0]?.value ?? EVERYWHERE)
  const [uses, setUses] = useState('1')
  const [life, setLife] = useState<Life>('week')
  const [tried, setTried] = useState(false)
  const [made, setMade] = useState<string>()
  const create = useChange(
    (body: { role: string; uses: number; expires: string }) =>
      answered(api.POST('/api/v1/registration-codes', { body })),
    [CODES],
  )
  const count = Number(uses)
  const isRight = Number.isInteger(count) && count >= 1 && count <= 1000
  const send = async () => {
    const code = await create.mutateAsync({
      role: place === EVERYWHERE ? role : `${role}:${place}`,
      uses: count,
      expires: endOf(life, Date.now()) ?? '',
    })
    setMade(code.code ?? '')
  }
  if (made !== undefined) {
    return (
      <Secret title={t('codes.shownTitle')} label={t('codes.code')} value={made} onClose={onClose}>
        {t('codes.shown', { address: `${window.location.origin}${SIGN_UP}` })}
      </Secret>
    )
  }
  return (
    <Dialog title={t('codes.add')} isOpen onClose={onClose}>
      <Form
        problem={form.problem}
        onSubmit={() => {
          setTried(true)
          if (isRight) form.submit(send)()
        }}
      >
        <Row>
          <Select
            label={t('roles.role')}
            options={ROLES.map((value) => ({
              value,
              label: common(`role.${value}`),
              about: t(`roleAbout.${value}`),
            }))}
            value={role}
            onChange={setRole}
            error={form.errorOf('role')}
          />
          <Select label={t('roles.site')} options={places} value={place} onChange={setPlace} />
        </Row>
        <Row>
          <TextField
            label={t('codes.uses')}
            inputMode="numeric"
            value={uses}
            onChange={setUses}
            error={tried && !isRight ? t('codes.usesError') : form.errorOf('uses')}
          />
          <Select
            label={t('codes.until')}
            options={(Object.keys(LIVES) as (keyof typeof LIVES)[]).map((value) => ({
              value,
              label: t(`life.${value}`),
            }))}
            value={life}
            onChange={setLife}
            error={form.errorOf('expires')}
          />
        </Row>
        <Actions>
          <Button onPress={onClose}>{common('do.cancel')}</Button>
          <Button type="submit" look="primary" isPending={form.pending}>
            {t('codes.create')}
          </Button>
        </Actions>
      </Form>
    </Dialog>
  )
}
