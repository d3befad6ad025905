import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { read } from '@/api'
import { Row } from '@/parts/Form'
import { MultiSelect } from '@/parts/MultiSelect'
import { useCameras } from '@/parts/places'
import { Select } from '@/parts/Select'

import type { FieldsProps } from './RuleForm'
import { CameraField } from './WhatFields'

const BOTH = 'both'

/** Which crossings are counted. */
export function CountedFields({ draft, change }: FieldsProps) {
  const { t, i18n } = useTranslation('alerts')
  const { cameras } = useCameras()
  const models = useQuery(read('/api/v1/models'))
  const own = cameras.filter((camera) => camera.site === draft.site)
  const looked = draft.cameras.length ? own.filter(({ id }) => draft.cameras.includes(id)) : own
  const lines = looked.flatMap((camera) => camera.lines)
  const names = [...new Set([...lines.map((line) => line.name), ...draft.lines])].sort()
  const classes = [
    ...new Set([...(models.data?.items.flatMap((one) => one.classes) ?? []), ...draft.classes]),
  ]
  const several = (count: number) => count.toLocaleString(i18n.language)
  const plain = (values: string[]) => values.map((value) => ({ value, label: value }))

  const chosen = draft.lines.length ? lines.filter(({ name }) => draft.lines.includes(name)) : lines
  const called = (side: 'forward' | 'backward') => {
    const words = [...new Set(chosen.map((line) => line[side]))].filter((word) => word !== side)
    return words.length > 0 && words.length <= 3
      ? `${t(`form.${side}`)} (${words.join(', ')})`
      : t(`form.${side}`)
  }
  return (
    <>
      <Row>
        <CameraField draft={draft} change={change} />
        <MultiSelect
          label={t('form.lines')}
          options={plain(names)}
          value={draft.lines}
          onChange={(picked) => change({ lines: picked })}
          all={t('form.linesAll')}
          several={several}
        />
      </Row>
      <Row>
        <MultiSelect
          label={t('form.classes')}
          options={plain(classes)}
          value={draft.classes}
          onChange={(picked) => change({ classes: picked })}
          all={t('form.classesAll')}
          several={several}
        />
        <Select
          label={t('form.direction')}
          options={[
            { value: BOTH, label: t('form.both') },
            { value: 'forward', label: called('forward') },
            { value: 'backward', label: called('backward') },
          ]}
          value={draft.directions.length === 1 ? (draft.directions[0] ?? BOTH) : BOTH}
          onChange={(direction) => change({ directions: direction === BOTH ? [] : [direction] })}
        />
      </Row>
    </>
  )
}
