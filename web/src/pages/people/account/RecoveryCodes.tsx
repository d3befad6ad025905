import { useTranslation } from 'react-i18next'

import { Button } from '@/parts/Button'
import { Actions, Dialog } from '@/parts/Dialog'
import { save } from '@/parts/save'

import css from '../people.module.css'

/** Recovery codes, which are shown this once. */
export function RecoveryCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const { t } = useTranslation('people')
  return (
    <Dialog title={t('account.factor.recoveryTitle')} isOpen onClose={onClose} alert>
      <p>{t('account.factor.recovery')}</p>
      <ul className={css.codes}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <Actions>
        <Button
          icon="download"
          onPress={() => save('camtally-recovery-codes.txt', 'text/plain', `${codes.join('\n')}\n`)}
        >
          {t('account.factor.download')}
        </Button>
        <Button look="primary" onPress={onClose}>
          {t('account.factor.kept')}
        </Button>
      </Actions>
    </Dialog>
  )
}
