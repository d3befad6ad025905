import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { answered, api, type Schema } from '@/api'
import { Button } from '@/parts/Button'
import { Actions } from '@/parts/Dialog'
import { Form, Row, useForm } from '@/parts/Form'
import { Select } from '@/parts/Select'
import { Tabs } from '@/parts/Tabs'
import { TextField } from '@/parts/TextField'

import { Diagnosis } from './Diagnosis'
import { addresses, MAKERS, tidied, type MakerKey } from './makers'

/** Where a camera is, and who signs in there. */
export interface Found {
  address: string
  user?: string
  password?: string
}

interface ConnectProps {
  site: string
  /** An address that was tried; or one that is taken although it was not seen. */
  onFound: (found: Found) => void
}

type Way = 'address' | 'maker'
/** With these another path of the same camera may do. */
const OTHER_PATH = new Set(['not_found', 'no_video', 'not_a_stream', 'refused'])

/** Finds a camera by an address that is pasted, or by its maker; and shows its picture at once. */
export function Connect({ site, onFound }: ConnectProps) {
  const { t } = useTranslation('cameras')
  const [way, setWay] = useState<Way>('address')
  const [pasted, setPasted] = useState('')
  const [maker, setMaker] = useState<MakerKey>('hikvision')
  const [host, setHost] = useState('')
  const [user, setUser] = useState('')
  const [password, setPassword] = useState('')
  const [tried, setTried] = useState<{ diagnosis: Schema<'Diagnosis'>; found: Found }>()
  const form = useForm(['address', 'user', 'password'])

  const candidates =
    way === 'address' ? [tidied(pasted)] : addresses(maker, host).map(({ address }) => address)
  const canTry = candidates.some((address) => address !== '')
  const isOff = way === 'maker' && 'offAtFirst' in MAKERS[maker]

  const attempt = async () => {
    setTried(undefined)
    for (const address of candidates) {
      const found: Found = { address, ...(user ? { user } : {}), ...(password ? { password } : {}) }
      const diagnosis = await answered(api.POST('/api/v1/cameras/test', { body: { site, ...found } }))
      setTried({ diagnosis, found })
      if (diagnosis.seen) onFound(found)
      if (!OTHER_PATH.has(diagnosis.outcome)) break
    }
  }

  return (
    <>
      <Form onSubmit={form.submit(attempt)} problem={form.problem} label={t('new.where')}>
        <Tabs<Way>
          label={t('new.how')}
          selected={way}
          onSelect={setWay}
          tabs={[
            {
              key: 'address',
              title: t('new.byAddress'),
              content: (
                <TextField
                  label={t('address')}
                  help={t('new.addressHelp')}
                  placeholder="rtsp://10.0.0.9/stream1"
                  autoFocus
                  autoComplete="off"
                  spellCheck="false"
                  inputMode="url"
                  value={pasted}
                  onChange={setPasted}
                  error={form.errorOf('address')}
                />
              ),
            },
            {
              key: 'maker',
              title: t('new.byMaker'),
              content: (
                <Row>
                  <Select
                    label={t('new.maker')}
                    value={maker}
                    options={Object.entries(MAKERS).map(([value, { name }]) => ({
                      value: value as MakerKey,
                      label: name,
                    }))}
                    onChange={setMaker}
                  />
                  <TextField
                    label={t('new.host')}
                    help={isOff ? t('new.offAtFirst') : t('new.hostHelp')}
                    placeholder="10.0.0.9"
                    autoComplete="off"
                    spellCheck="false"
                    value={host}
                    onChange={setHost}
                    error={form.errorOf('address')}
                  />
                </Row>
              ),
            },
          ]}
        />
        <Row>
          <TextField
            label={t('user')}
            optional
            autoComplete="off"
            value={user}
            onChange={setUser}
            error={form.errorOf('user')}
          />
          <TextField
            label={t('password')}
            optional
            type="password"
            autoComplete="off"
            value={password}
            onChange={setPassword}
            error={form.errorOf('password')}
          />
        </Row>
        <Actions>
          <Button
            type="submit"
            look={tried?.diagnosis.seen ? 'secondary' : 'primary'}
            isDisabled={!canTry}
            isPending={form.pending}
          >
            {form.pending ? t('test.running') : t('test.go')}
          </Button>
        </Actions>
      </Form>
      {tried && (
        <>
          <Diagnosis diagnosis={tried.diagnosis} />
          {!tried.diagnosis.seen && (
            <Actions>
              <Button look="quiet" onPress={() => onFound(tried.found)}>
                {t('new.anyway')}
              </Button>
            </Actions>
          )}
        </>
      )}
    </>
  )
}
