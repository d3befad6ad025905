import { useTranslation } from 'react-i18next'

import { Button } from '@/parts/Button'
import { Row } from '@/parts/Form'
import { eighth, middle } from '@/parts/picture/geometry'
import { TextField } from '@/parts/TextField'

import { Corners } from './Corners'
import { faultOf, shape, type Draft } from './draft'
import type { Action, Editor } from './editor'
import { More } from './More'
import css from './Panel.module.css'

interface RuleFormProps {
  draft: Draft
  editor: Editor
  dispatch: (action: Action) => void
  isReadOnly: boolean
}

/** A line's or zone's name, which way counts as what, and what is seldom changed. */
export function RuleForm({ draft, editor, dispatch, isReadOnly }: RuleFormProps) {
  const { t } = useTranslation('drawing')
  const { t: common } = useTranslation()
  const { key } = draft
  const change = (change: Partial<Draft['rule']>, field: string) =>
    dispatch({ do: 'rule', key, change, go: `${field} ${key}` })
  const fault = faultOf(draft, editor.drafts)
  const isNameFault = fault === 'noName' || fault === 'sameName'
  return (
    <div className={css.form}>
      <TextField
        label={t('name')}
        value={draft.rule.name}
        isReadOnly={isReadOnly}
        maxLength={100}
        onChange={(name) => change({ name }, 'name')}
        error={isNameFault ? t(`fault.${fault}`) : undefined}
      />
      {draft.kind === 'line' && (
        <Direction draft={draft} change={change} dispatch={dispatch} isReadOnly={isReadOnly} />
      )}
      <More draft={draft} change={change} isReadOnly={isReadOnly} />
      <Corners draft={draft} dispatch={dispatch} isReadOnly={isReadOnly} />
      {!isReadOnly && (
        <div className={css.buttons}>
          <Button icon="delete" small onPress={() => dispatch({ do: 'remove', key })}>
            {common('do.delete')}
          </Button>
        </div>
      )}
    </div>
  )
}

interface DirectionProps {
  draft: Draft & { kind: 'line' }
  change: (change: Partial<Draft['rule']>, field: string) => void
  dispatch: (action: Action) => void
  isReadOnly: boolean
}

/** Which way is counted as what, in words: the arrow says the same on the picture. */
function Direction({ draft, change, dispatch, isReadOnly }: DirectionProps) {
  const { t } = useTranslation('drawing')
  const drawn = shape(draft)
  if (drawn.kind !== 'line') return null
  const { forward, backward } = drawn
  const way = middle(draft.points)?.forward
  return (
    <>
      <Row>
        <TextField
          label={t('forward')}
          value={forward}
          isReadOnly={isReadOnly}
          onChange={(word) => change({ names: { forward: word, backward } }, 'forward')}
        />
        <TextField
          label={t('backward')}
          value={backward}
          isReadOnly={isReadOnly}
          onChange={(word) => change({ names: { forward, backward: word } }, 'backward')}
        />
      </Row>
      <div className={css.direction}>
        {way && <p>{t('direction', { way: t(`way.${eighth(way) as 0}`), forward, backward })}</p>}
        {!isReadOnly && (
          <Button small icon="refresh" onPress={() => dispatch({ do: 'reverse', key: draft.key })}>
            {t('reverse')}
          </Button>
        )}
      </div>
    </>
  )
}
