import { useTranslation } from 'react-i18next'
import { Button as AriaButton } from 'react-aria-components/Button'
import { DropZone } from 'react-aria-components/DropZone'
import { FileTrigger } from 'react-aria-components/FileTrigger'

import { Icon } from '@/parts/Icon'

import css from './transfer.module.css'

/** Chooses a file, by hand or by dropping it. */
export function ChooseFile({ onChoose }: { onChoose: (file: File) => void }) {
  const { t } = useTranslation('system')
  return (
    <DropZone
      className={css.drop ?? ''}
      onDrop={async ({ items }) => {
        const file = items.find((item) => item.kind === 'file')
        if (file) onChoose(await file.getFile())
      }}
    >
      <FileTrigger
        acceptedFileTypes={['.toml', '.json']}
        onSelect={(files) => {
          const file = files?.item(0)
          if (file) onChoose(file)
        }}
      >
        <AriaButton className={css.choose ?? ''}>
          <Icon name="add" size={16} />
          {t('transfer.choose')}
        </AriaButton>
      </FileTrigger>
      <span className={css.muted}>{t('transfer.drop')}</span>
    </DropZone>
  )
}
