import { useTranslation } from 'react-i18next'

import type { Problem } from '@/api'

import css from './state.module.css'
import { sentence } from './format'
import { Icon } from './Icon'

/** What went wrong, in the reader's words: a sentence for the code, and what the server says of this very case. */
export function useProblemWords() {
  const { t, i18n } = useTranslation()
  return (problem: Problem) => {
    const known = i18n.exists(`problem.${problem.code}`)
    const code = known ? problem.code : 'unknown'
    // Which codes there are is the server's to say, so the key cannot be checked here.
    const summary = t(`problem.${code}` as 'problem.unknown')
    return { summary, detail: problem.detail }
  }
}

/** A problem within a form or a dialog. It is read out once. */
export function ProblemText({ problem }: { problem: Problem }) {
  const { summary, detail } = useProblemWords()(problem)
  return (
    <div role="alert" className={css.problem}>
      <Icon name="error" />
      <div>
        <p>{summary}</p>
        {detail && detail !== summary && (
          <p className={css.detail} lang="en">
            {sentence(detail)}
          </p>
        )}
      </div>
    </div>
  )
}
