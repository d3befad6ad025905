import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { list, problemOf, read, type Problem, type Schema } from '@/api'
import { useZone } from '@/app/sites'
import { Button } from '@/parts/Button'
import { Dialog } from '@/parts/Dialog'
import { prepared, useSize } from '@/parts/picture/canvas'
import { drawShape } from '@/parts/picture/scene'
import { ProblemText } from '@/parts/ProblemText'
import { ErrorState, Loading } from '@/parts/State'
import { More } from '@/parts/Table'
import { DateTime } from '@/parts/Time'
import { toast } from '@/parts/toasts'

import { drafts, shape } from './draft'
import { useRestore } from './useSave'
import css from './Versions.module.css'

interface VersionsProps {
  camera: Schema<'CameraView'>
  isReadOnly: boolean
  onClose: () => void
}

/** Every set of lines and zones that the camera had; each can be looked at, and put in force again. */
export function Versions({ camera, isReadOnly, onClose }: VersionsProps) {
  const { t } = useTranslation('drawing')
  const { t: common } = useTranslation()
  const zone = useZone(camera.site)
  const [shown, setShown] = useState(camera.rules_version)
  const [problem, setProblem] = useState<Problem>()
  const restore = useRestore(camera.id)
  const sets = useInfiniteQuery(
    list('/api/v1/cameras/{id}/rules/history', { params: { path: { id: camera.id }, query: { limit: 50 } } }),
  )
  const all = sets.data?.pages.flatMap((page) => page.items) ?? []
  const onRestore = async () => {
    const back = camera.rules_version
    try {
      await restore.mutateAsync({ number: shown, from: back })
      toast(t('versions.restored', { number: shown }), {
        undo: () => restore.mutateAsync({ number: back, from: back + 1 }),
      })
      onClose()
    } catch (error) {
      setProblem(problemOf(error))
    }
  }
  return (
    <Dialog title={t('versions.title')} isOpen onClose={onClose} wide>
      {sets.isPending && <Loading />}
      {sets.isError && <ErrorState error={sets.error} retry={() => void sets.refetch()} />}
      {sets.isSuccess && (
        <div className={css.versions}>
          <div>
            <ol className={css.list}>
              {all.map((set) => (
                <li key={set.version}>
                  <button
                    type="button"
                    className={css.version}
                    aria-pressed={set.version === shown}
                    onClick={() => setShown(set.version)}
                  >
                    <strong>
                      {t('versions.number', { number: set.version })}
                      {set.version === camera.rules_version && ` · ${t('versions.current')}`}
                    </strong>
                    <span lang="en">{set.what}</span>
                    <span className={css.who}>
                      <DateTime time={set.changed} zone={zone} withZone /> · {set.who}
                    </span>
                  </button>
                </li>
              ))}
            </ol>
            <More
              shown={all.length}
              hasMore={sets.hasNextPage}
              isLoading={sets.isFetchingNextPage}
              onMore={() => void sets.fetchNextPage()}
            />
          </div>
          <div className={css.preview}>
            <Preview camera={camera.id} number={shown} />
            {problem && <ProblemText problem={problem} />}
            {!isReadOnly && (
              <Button
                look="primary"
                icon="undo"
                isDisabled={shown === camera.rules_version}
                isPending={restore.isPending}
                onPress={() => void onRestore()}
              >
                {common('do.restore')}
              </Button>
            )}
          </div>
        </div>
      )}
    </Dialog>
  )
}

/** A set as it is drawn. */
function Preview({ camera, number }: { camera: string; number: number }) {
  const { t } = useTranslation('drawing')
  const frame = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const size = useSize(frame)
  const set = useQuery(
    read('/api/v1/cameras/{id}/rules/history/{number}', { params: { path: { id: camera, number } } }),
  )
  useEffect(() => {
    const context = canvas.current && size && prepared(canvas.current, size)
    if (!context || !set.data) return
    for (const draft of drafts(set.data.rules)) drawShape(context, shape(draft), size)
  })
  const names = set.data ? drafts(set.data.rules).map(({ rule }) => rule.name) : []
  return (
    <>
      <div ref={frame} className={css.frame}>
        <canvas
          ref={canvas}
          role="img"
          aria-label={t('versions.preview', { number })}
          className={css.canvas}
        />
      </div>
      <p className={css.who}>{names.length > 0 ? names.join(' · ') : t('none')}</p>
    </>
  )
}
