import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog as AriaDialog } from 'react-aria-components/Dialog'
import { Heading } from 'react-aria-components/Heading'
import { Modal, ModalOverlay } from 'react-aria-components/Modal'

import { problemOf, type Problem } from '@/api'

import { Button } from './Button'
import css from './Dialog.module.css'
import { classes } from './classes'
import { ProblemText } from './ProblemText'
import { TextField } from './TextField'

interface DialogProps {
  title: string
  isOpen: boolean
  onClose: () => void
  children: ReactNode
  wide?: boolean
  /** For something that must be answered. */
  alert?: boolean
}

/** Asks for something above the page. It takes the focus, and Escape closes it. */
export function Dialog({ title, isOpen, onClose, children, wide, alert }: DialogProps) {
  const { t } = useTranslation()
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable={!alert}
      className={css.overlay ?? ''}
    >
      <Modal className={classes(css.modal, wide && css.wide)}>
        <AriaDialog role={alert ? 'alertdialog' : 'dialog'} className={css.dialog ?? ''}>
          <header className={css.header}>
            <Heading slot="title" className={css.title ?? ''}>
              {title}
            </Heading>
            <Button look="quiet" small icon="close" aria-label={t('do.close')} onPress={onClose} />
          </header>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}

/** Buttons at the end of a dialog or a form. */
export function Actions({ children }: { children: ReactNode }) {
  return <div className={css.actions}>{children}</div>
}

interface ConfirmProps {
  title: string
  /** What will happen, and whether it can be undone. */
  children: ReactNode
  /** What the button says: what will be done. */
  action: string
  /** What must be typed first, where it cannot be undone. */
  name?: string
  isOpen: boolean
  onClose: () => void
  onConfirm: () => Promise<unknown>
}

/** Asks before something dangerous; with `name` it must be typed. */
export function ConfirmDialog(props: ConfirmProps) {
  return (
    <Dialog title={props.title} isOpen={props.isOpen} onClose={props.onClose} alert>
      <ConfirmBody {...props} />
    </Dialog>
  )
}

function ConfirmBody({ children, action, name, onClose, onConfirm }: ConfirmProps) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const [problem, setProblem] = useState<Problem>()
  const [pending, setPending] = useState(false)
  const mayGo = name === undefined || typed.trim() === name
  const go = async () => {
    setPending(true)
    try {
      await onConfirm()
      onClose()
    } catch (error) {
      setProblem(problemOf(error))
      setPending(false)
    }
  }
  return (
    <form
      className={css.body}
      onSubmit={(event) => {
        event.preventDefault()
        if (mayGo && !pending) void go()
      }}
    >
      <div className={css.text}>{children}</div>
      {name !== undefined && (
        <TextField
          label={t('form.typeName', { name })}
          value={typed}
          onChange={setTyped}
          autoFocus
          autoComplete="off"
        />
      )}
      {problem && <ProblemText problem={problem} />}
      <Actions>
        <Button onPress={onClose}>{t('do.cancel')}</Button>
        <Button type="submit" look="danger" isDisabled={!mayGo} isPending={pending}>
          {action}
        </Button>
      </Actions>
    </form>
  )
}
