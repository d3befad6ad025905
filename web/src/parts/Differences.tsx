import { useTranslation } from 'react-i18next'

import css from './Differences.module.css'
import { shown, type Difference } from './differences'

interface DifferencesProps {
  differences: readonly Difference[]
  /** What the two sides are called; before and after a change unless given. */
  sides?: [string, string]
}

/** What is different between two versions of something, field by field. */
export function Differences({ differences, sides }: DifferencesProps) {
  const { t } = useTranslation()
  const [before, after] = sides ?? [t('differences.before'), t('differences.after')]
  return (
    <table className={css.table} aria-label={t('differences.label')}>
      <thead>
        <tr>
          <th scope="col">{t('differences.field')}</th>
          <th scope="col">{before}</th>
          <th scope="col">{after}</th>
        </tr>
      </thead>
      <tbody>
        {differences.map((one) => (
          <tr key={one.path}>
            <th scope="row">{one.path}</th>
            <td>{one.before !== undefined && <del className={css.before}>{shown(one.before)}</del>}</td>
            <td>{one.after !== undefined && <ins className={css.after}>{shown(one.after)}</ins>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
