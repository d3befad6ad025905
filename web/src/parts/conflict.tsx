import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import type { Problem } from '@/api'
import { problemOf } from '@/api'

import { Button } from './Button'
import { Actions, Dialog } from './Dialog'
import { differences } from './differences'
import { Differences } from './Differences'
import { ProblemText } from './ProblemText'

interface Versioned<Kept extends { version: number }> {
  /** Reads what is there now. */
  read: () => Promise<Kept>
  /** Writes over this version. */
  write: (version: number) => Promise<Kept>
  /** What would be written, to compare with what is there now. Only its fields are compared. */
  mine: () => object
  onSaved: (kept: Kept) => void
  /** Somebody prefers what is there now to their own. */
  onTake: (theirs: Kept) => void
}

/**
 * Saves something that has versions. When somebody else was faster, `dialog` shows what they did and asks whose is to stay.
 */
export function useVersioned<Kept extends { version: number }>(
  options: Versioned<Kept>,
): {
  save: (version: number) => Promise<void>
  dialog: ReactNode
} {
  const [theirs, setTheirs] = useState<Kept>()
  const save = async (version: number) => {
    try {
      const kept = await options.write(version)
      setTheirs(undefined)
      options.onSaved(kept)
    } catch (error) {
      if (problemOf(error).code !== 'changed_meanwhile') throw error
      setTheirs(await options.read())
    }
  }
  const dialog = theirs && (
    <Conflict
      mine={options.mine()}
      theirs={theirs}
      onClose={() => setTheirs(undefined)}
      onKeep={() => save(theirs.version)}
      onTake={() => {
        setTheirs(undefined)
        options.onTake(theirs)
      }}
    />
  )
  return { save, dialog }
}

interface ConflictProps {
  mine: object
  theirs: object
  onClose: () => void
  onKeep: () => Promise<void>
  onTake: () => void
}

function Conflict({ mine, theirs, onClose, onKeep, onTake }: ConflictProps) {
  const { t } = useTranslation()
  const [pending, setPending] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const fields = Object.keys(mine)
  const same = Object.fromEntries(Object.entries(theirs).filter(([field]) => fields.includes(field)))
  const keep = async () => {
    setPending(true)
    try {
      await onKeep()
    } catch (error) {
      setProblem(problemOf(error))
    } finally {
      setPending(false)
    }
  }
  return (
    <Dialog title={t('conflict.title')} isOpen onClose={onClose} alert wide>
      <p>{t('conflict.about')}</p>
      <Differences
        differences={differences(same, mine)}
        sides={[t('conflict.theirs'), t('conflict.yours')]}
      />
      {problem && <ProblemText problem={problem} />}
      <Actions>
        <Button onPress={onTake}>{t('conflict.take')}</Button>
        <Button look="primary" isPending={pending} onPress={() => void keep()}>
          {t('conflict.keep')}
        </Button>
      </Actions>
    </Dialog>
  )
}
