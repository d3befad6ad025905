import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'

import { problemOf, read, type Problem, type Schema } from '@/api'
import { Button } from '@/parts/Button'
import { pathOf } from '@/parts/picture/scene'
import { Page, PageHeader } from '@/parts/Page'
import { ProblemText } from '@/parts/ProblemText'
import { Note } from '@/parts/State'

import { Board } from './Board'
import { faultOf, type Rules } from './draft'
import { Panel } from './Panel'
import { Toolbar } from './Toolbar'
import { Trial } from './Trial'
import { useDrawing } from './useDrawing'
import { useSave } from './useSave'
import { useStill } from './useStill'
import { Versions } from './Versions'
import css from './Workshop.module.css'

interface WorkshopProps {
  camera: Schema<'CameraView'>
  rules: Rules
  isReadOnly: boolean
}

/** How wide a picture is for its height, until one has come. */
const USUAL_ASPECT = 16 / 9

/** Where lines and zones are drawn, tried and saved. */
export function Workshop({ camera, rules, isReadOnly }: WorkshopProps) {
  const { t } = useTranslation('drawing')
  const { t: common } = useTranslation()
  const [, navigate] = useLocation()
  const drawing = useDrawing(rules)
  const { editor, dispatch } = drawing
  const [isHistoryOpen, setHistoryOpen] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const still = useStill(camera.id, camera.shows_pictures && !isReadOnly)
  const tracks = useQuery({
    ...read('/api/v1/cameras/{id}/tracks', { params: { path: { id: camera.id } } }),
    refetchInterval: 30_000,
  })
  const save = useSave(camera)

  const isChanged = editor.past.length > 0
  const isFaulty = editor.drafts.some((draft) => faultOf(draft, editor.drafts))
  useWarning(isChanged)

  const onSave = async () => {
    try {
      await save.mutateAsync(editor.drafts)
      navigate(`/live/${camera.id}`)
    } catch (error) {
      setProblem(problemOf(error))
    }
  }

  const { data: picture } = still
  const aspect = picture ? picture.width / picture.height : (tracks.data?.aspect ?? USUAL_ASPECT)
  const paths = (tracks.data?.tracks ?? []).map(pathOf)

  return (
    <Page wide>
      <PageHeader
        title={t('titleOf', { camera: camera.name })}
        back={{ to: `/cameras/${camera.id}`, title: camera.name }}
        actions={
          <>
            {!camera.provisioned && (
              <Button icon="clock" onPress={() => setHistoryOpen(true)}>
                {t('versions.open')}
              </Button>
            )}
            {!isReadOnly && (
              <Button
                look="primary"
                isDisabled={!isChanged || isFaulty}
                isPending={save.isPending}
                onPress={() => void onSave()}
              >
                {common('do.save')}
              </Button>
            )}
          </>
        }
      />
      {problem && <ProblemText problem={problem} />}
      {camera.provisioned && <Note>{common('problem.provisioned')}</Note>}
      <div className={css.workshop}>
        <div className={css.stage}>
          {!isReadOnly && <Toolbar drawing={drawing} picture={still} />}
          <Board
            editor={editor}
            dispatch={dispatch}
            tool={drawing.tool}
            drawing={drawing}
            aspect={aspect}
            picture={picture}
            paths={drawing.showsPaths ? paths : []}
            isReadOnly={isReadOnly}
          />
          <Beneath camera={camera} isLoading={still.isFetching} failure={still.error} paths={paths.length} />
        </div>
        <div className={css.side}>
          <Panel editor={editor} dispatch={dispatch} drawing={drawing} isReadOnly={isReadOnly} />
          {!isReadOnly && <Trial camera={camera.id} drafts={editor.drafts} isFaulty={isFaulty} />}
        </div>
      </div>
      {isHistoryOpen && (
        <Versions camera={camera} isReadOnly={isReadOnly} onClose={() => setHistoryOpen(false)} />
      )}
    </Page>
  )
}

/** What is to be seen beneath the lines, in words. */
function Beneath(props: {
  camera: Schema<'CameraView'>
  isLoading: boolean
  failure: Problem | null
  paths: number
}) {
  const { t } = useTranslation('drawing')
  const paths = props.paths > 0 ? t('beneath.paths', { count: props.paths }) : t('beneath.noPaths')
  const picture = !props.camera.shows_pictures
    ? t('beneath.off')
    : props.isLoading
      ? t('beneath.loading')
      : props.failure
        ? t('beneath.failed')
        : ''
  return (
    <p className={css.beneath}>
      {picture} {paths}
    </p>
  )
}

/** Asks before a change is lost that was not saved, by leaving the window or by a link within it. */
function useWarning(isChanged: boolean) {
  const { t } = useTranslation('drawing')
  useEffect(() => {
    if (!isChanged) return
    const onLeave = (event: BeforeUnloadEvent) => event.preventDefault()
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element && event.target.closest('a[href]')
      if (!link || window.confirm(t('leave'))) return
      event.preventDefault()
      event.stopPropagation()
    }
    window.addEventListener('beforeunload', onLeave)
    document.addEventListener('click', onClick, true)
    return () => {
      window.removeEventListener('beforeunload', onLeave)
      document.removeEventListener('click', onClick, true)
    }
  }, [isChanged, t])
}
