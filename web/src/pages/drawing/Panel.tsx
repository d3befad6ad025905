import { useTranslation } from 'react-i18next'

import { Icon } from '@/parts/Icon'
import { Card } from '@/parts/Page'

import { faultOf } from './draft'
import type { Action, Editor } from './editor'
import { RuleForm } from './RuleForm'
import css from './Panel.module.css'
import type { Workbench } from './useDrawing'

interface PanelProps {
  editor: Editor
  dispatch: (action: Action) => void
  drawing: Workbench
  isReadOnly: boolean
}

/** All lines and zones, and what can be set of the chosen one. */
export function Panel({ editor, dispatch, drawing, isReadOnly }: PanelProps) {
  const { t } = useTranslation('drawing')
  const chosen = editor.drafts.find(({ key }) => key === editor.chosen)
  return (
    <Card title={t('rules')}>
      {editor.drafts.length === 0 && <p className={css.none}>{isReadOnly ? t('none') : t('noneYet')}</p>}
      <ul className={css.list}>
        {editor.drafts.map((draft) => {
          const fault = faultOf(draft, editor.drafts)
          return (
            <li key={draft.key}>
              <button
                type="button"
                className={css.rule}
                aria-pressed={draft.key === editor.chosen}
                onClick={() => {
                  drawing.setTool('choose')
                  dispatch({ do: 'choose', key: draft.key === editor.chosen ? undefined : draft.key })
                }}
              >
                <Icon name={draft.kind} />
                <span className={css.name}>
                  {draft.rule.name || t('unnamed')}
                  {fault && <span className={css.fault}>{t(`fault.${fault}`)}</span>}
                </span>
              </button>
            </li>
          )
        })}
      </ul>
      {chosen && (
        <RuleForm
          key={chosen.key}
          draft={chosen}
          editor={editor}
          dispatch={dispatch}
          isReadOnly={isReadOnly}
        />
      )}
    </Card>
  )
}
