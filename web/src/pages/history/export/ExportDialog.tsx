import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { answered, api, problemOf, type Problem } from '@/api'
import { Button } from '@/parts/Button'
import { Choices } from '@/parts/Choice'
import { Actions, Dialog } from '@/parts/Dialog'
import { ProblemText } from '@/parts/ProblemText'

import type { Span } from '../period'
import type { View } from '../view'
import { exportAddress, FORMATS, TABLES, type Format, type Table } from './address'

interface ExportProps {
  view: View
  span: Span
  onClose: () => void
}

/** Takes what is shown away as a file, with the filters of the page. */
export function ExportDialog({ view, span, onClose }: ExportProps) {
  const { t } = useTranslation('history')
  const { t: common } = useTranslation()
  const [table, setTable] = useState<Table>(view.pane === 'events' ? 'events' : 'counts')
  const [format, setFormat] = useState<Format>('csv')
  const [problem, setProblem] = useState<Problem>()
  const [pending, setPending] = useState(false)
  const start = async () => {
    setPending(true)
    setProblem(undefined)
    try {
      // A download cannot renew the session, and shows nobody its problem: any question does both first.
      await answered(api.GET('/api/v1/sites', { params: { query: { limit: 1 } } }))
      download(exportAddress(table, format, view, span))
      onClose()
    } catch (error) {
      setProblem(problemOf(error))
      setPending(false)
    }
  }
  return (
    <Dialog title={t('export.title')} isOpen onClose={onClose}>
      <Choices
        label={t('export.what')}
        value={table}
        onChange={setTable}
        options={TABLES.map((one) => ({
          value: one,
          label: t(`export.${one}`),
          about: t(`export.${one}About`),
        }))}
      />
      <Choices
        label={t('export.format')}
        value={format}
        onChange={setFormat}
        options={FORMATS.map((one) => ({
          value: one,
          label: t(`export.${one}`),
          about: t(`export.${one}About`),
        }))}
      />
      {problem && <ProblemText problem={problem} />}
      <Actions>
        <Button onPress={onClose}>{common('do.cancel')}</Button>
        <Button look="primary" icon="download" isPending={pending} onPress={() => void start()}>
          {t('export.start')}
        </Button>
      </Actions>
    </Dialog>
  )
}

/** The browser writes the file as it comes, however large. */
function download(address: string) {
  const link = document.createElement('a')
  link.href = address
  link.download = ''
  link.click()
}
