import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { answered, api } from '@/api'
import { Button } from '@/parts/Button'
import { Checkbox } from '@/parts/Choice'
import { Actions } from '@/parts/Dialog'
import { Form, Row, useForm } from '@/parts/Form'
import { Card } from '@/parts/Page'
import { save } from '@/parts/save'
import { Select } from '@/parts/Select'
import { Note } from '@/parts/State'
import { TextField } from '@/parts/TextField'
import { toast } from '@/parts/toasts'

const LEAST = 12
const TYPES = { toml: 'application/toml', json: 'application/json' } as const
type FileFormat = keyof typeof TYPES

/** Writes everything that is configured into a file. */
export function Export() {
  const { t, i18n } = useTranslation('system')
  const form = useForm(['passphrase'])
  const [format, setFormat] = useState<FileFormat>('toml')
  const [withSecrets, setWithSecrets] = useState(false)
  const [passphrase, setPassphrase] = useState('')
  const [tried, setTried] = useState(false)
  const [missing, setMissing] = useState<string[]>([])
  const isShort = withSecrets && passphrase.length < LEAST

  const send = async () => {
    const body = { format, ...(withSecrets ? { passphrase } : {}) }
    const { file, without_secrets } = await answered(api.POST('/api/v1/export', { body }))
    const name = `camtally-${new Date().toISOString().slice(0, 10)}.${format}`
    save(name, TYPES[format], file)
    setMissing(without_secrets)
    setPassphrase('')
    setTried(false)
    toast(t('transfer.downloaded', { name }))
  }
  return (
    <Card title={t('transfer.exportTitle')} about={t('transfer.exportAbout')}>
      <Form
        label={t('transfer.exportTitle')}
        problem={form.problem}
        onSubmit={() => {
          setTried(true)
          if (!isShort) form.submit(send)()
        }}
      >
        <Select
          label={t('transfer.format')}
          options={[
            { value: 'toml', label: t('transfer.toml') },
            { value: 'json', label: t('transfer.json') },
          ]}
          value={format}
          onChange={setFormat}
        />
        <Checkbox isSelected={withSecrets} onChange={setWithSecrets}>
          {t('transfer.withSecrets')}
        </Checkbox>
        {withSecrets && (
          <Row>
            <TextField
              label={t('transfer.passphrase')}
              help={t('transfer.passphraseHelp')}
              type="password"
              autoComplete="new-password"
              value={passphrase}
              onChange={setPassphrase}
              error={tried && isShort ? t('transfer.passphraseShort') : form.errorOf('passphrase')}
            />
          </Row>
        )}
        {missing.length > 0 && (
          <Note look="warn">
            {t('transfer.withoutSecrets', {
              count: missing.length,
              cameras: new Intl.ListFormat(i18n.language).format(missing),
            })}
          </Note>
        )}
        <Actions>
          <Button type="submit" icon="download" isPending={form.pending}>
            {t('transfer.download')}
          </Button>
        </Actions>
      </Form>
    </Card>
  )
}
