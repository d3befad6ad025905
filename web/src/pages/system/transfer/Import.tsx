import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { answered, api, type Schema } from '@/api'
import { Button } from '@/parts/Button'
import { Actions } from '@/parts/Dialog'
import { Form, useForm } from '@/parts/Form'
import { Card } from '@/parts/Page'
import { Note } from '@/parts/State'
import { TextField } from '@/parts/TextField'
import { toast } from '@/parts/toasts'

import { formatBytes } from '../bytes'
import { ChooseFile } from './ChooseFile'
import { formatOf } from './format'
import { Preview } from './Preview'
import css from './transfer.module.css'

type Imported = Schema<'Imported'>

const MOST_BYTES = 16 * 1024 * 1024

/** Takes a file in: what it would do is seen first. */
export function Import() {
  const { t, i18n } = useTranslation('system')
  const client = useQueryClient()
  const form = useForm(['passphrase'])
  const [chosen, setChosen] = useState<{ name: string; size: number; text: string }>()
  const [isTooLarge, setTooLarge] = useState(false)
  const [passphrase, setPassphrase] = useState('')
  const [preview, setPreview] = useState<Imported>()

  const choose = async (file: File) => {
    setPreview(undefined)
    setTooLarge(file.size > MOST_BYTES)
    if (file.size > MOST_BYTES) return
    setChosen({ name: file.name, size: file.size, text: await file.text() })
  }
  const ask = (text: string, name: string, onlyTry: boolean) => {
    const body = {
      format: formatOf(name, text),
      file: text,
      only_try: onlyTry,
      ...(passphrase ? { passphrase } : {}),
    }
    return answered(api.POST('/api/v1/import', { body }))
  }
  const forget = () => {
    setChosen(undefined)
    setPreview(undefined)
    setPassphrase('')
  }
  const send = async () => {
    if (!chosen) return
    if (!preview) {
      setPreview(await ask(chosen.text, chosen.name, true))
      return
    }
    const done = await ask(chosen.text, chosen.name, false)
    forget()
    toast(t('transfer.doneToast', { count: done.created.length + done.changed.length }))
    await client.invalidateQueries()
  }
  const changes = preview ? preview.created.length + preview.changed.length : 0
  return (
    <Card title={t('transfer.importTitle')} about={t('transfer.importAbout')}>
      {!chosen && <ChooseFile onChoose={(file) => void choose(file)} />}
      {isTooLarge && (
        <div role="alert">
          <Note look="warn">{t('transfer.tooLarge')}</Note>
        </div>
      )}
      {chosen && (
        <Form label={t('transfer.importTitle')} problem={form.problem} onSubmit={form.submit(send)}>
          <p className={css.chosen}>
            <strong>
              {t('transfer.chosen', { name: chosen.name, size: formatBytes(chosen.size, i18n.language) })}
            </strong>
            <Button small look="quiet" onPress={forget}>
              {t('transfer.remove')}
            </Button>
          </p>
          {!preview && (
            <TextField
              label={t('transfer.passphraseOfFile')}
              help={t('transfer.passphraseOfFileHelp')}
              optional
              type="password"
              autoComplete="off"
              value={passphrase}
              onChange={setPassphrase}
              error={form.errorOf('passphrase')}
            />
          )}
          {preview && <Preview preview={preview} />}
          <Actions>
            {!preview && (
              <Button type="submit" look="primary" isPending={form.pending}>
                {t('transfer.try')}
              </Button>
            )}
            {changes > 0 && (
              <Button type="submit" look="primary" isPending={form.pending}>
                {t('transfer.apply')}
              </Button>
            )}
          </Actions>
        </Form>
      )}
    </Card>
  )
}
