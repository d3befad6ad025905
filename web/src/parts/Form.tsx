import { useState, type ReactNode } from 'react'

import { fieldOf, problemOf, type Problem } from '@/api'

import css from './Form.module.css'
import { ProblemText, useProblemWords } from './ProblemText'

interface FormState<Field extends string> {
  /** What is wrong with a field, for its `error`. */
  errorOf: (field: Field) => string | undefined
  /** A problem that is about no single field. */
  problem: Problem | undefined
  pending: boolean
  /** Sends the form: `onSubmit={submit(() => create(values))}`. */
  submit: (send: () => Promise<unknown>) => () => void
}

/** A form's state: whether it is being sent, and which of its fields the server's problem is about. */
export function useForm<Field extends string>(fields: readonly Field[]): FormState<Field> {
  const words = useProblemWords()
  const [problem, setProblem] = useState<Problem>()
  const [pending, setPending] = useState(false)
  const field = problem && fieldOf(problem, fields)
  const send = async (work: () => Promise<unknown>) => {
    setPending(true)
    setProblem(undefined)
    try {
      await work()
    } catch (error) {
      setProblem(problemOf(error))
    } finally {
      setPending(false)
    }
  }
  return {
    errorOf: (name) => {
      if (!problem || name !== field) return undefined
      const { summary, detail } = words(problem)
      // The field that the detail begins with is the one that it stands at.
      return detail.replace(/^`[^`]+`:\s*/, '') || summary
    },
    problem: field ? undefined : problem,
    pending,
    submit: (work) => () => {
      if (!pending) void send(work)
    },
  }
}

interface FormProps {
  onSubmit: () => void
  problem?: Problem | undefined
  children: ReactNode
  label?: string
}

/** Fields under each other, with the problem that is about none of them. */
export function Form({ onSubmit, problem, children, label }: FormProps) {
  return (
    <form
      className={css.form}
      aria-label={label}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit()
      }}
    >
      {children}
      {problem && <ProblemText problem={problem} />}
    </form>
  )
}

/** Fields beside each other, where there is room. */
export function Row({ children }: { children: ReactNode }) {
  return <div className={css.row}>{children}</div>
}
