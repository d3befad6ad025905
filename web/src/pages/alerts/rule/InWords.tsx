import { begins, noticed, tells } from '../describe'
import type { Rule } from '../types'
import { useWords } from '../words'
import css from './rule.module.css'

/** What a rule says, in sentences. */
export function InWords({ rule }: { rule: Rule }) {
  const words = useWords()
  return (
    <ul className={css.words}>
      <li className={css.noticed}>{noticed(rule.condition, words)}</li>
      {[...begins(rule, words), ...tells(rule, words)].map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  )
}
