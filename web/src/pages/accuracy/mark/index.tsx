import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation, useParams, useSearch } from 'wouter'

import { answered, api, ifMatch, problemOf, type Problem } from '@/api'
import { Button } from '@/parts/Button'
import { Card, Page, PageHeader } from '@/parts/Page'
import { ProblemText } from '@/parts/ProblemText'
import { EmptyState, ErrorState, Loading } from '@/parts/State'
import { DateTime, Zone } from '@/parts/Time'

import { keysFor, pressed, type Key } from '../keys'
import { add, marksOf, reconsidered, undone, without, type Marks } from '../marks'
import { AUDITS, useAudits, useCameras, type Audit } from '../useAudits'
import css from './mark.module.css'
import { MarkList } from './MarkList'
import { Pads } from './Pads'
import { JUMP_MS, type Player } from './player'
import { Stage, type Source } from './Stage'
import { put, useSaving } from './useSaving'

const LOOK_MS = 1_500

/** Marks crossings while one looks. */
export default function MarkPage() {
  const { ids = '' } = useParams()
  const search = useSearch()
  const { t } = useTranslation('accuracy')
  const { audits, isFresh, error, retry } = useAudits(ids)
  const cameras = useCameras()
  if (error) return <ErrorState error={error} retry={retry} />
  if (!audits || !isFresh || !cameras.isReady) return <Loading lines={10} />
  if (audits.some(({ report }) => report !== null)) {
    return (
      <EmptyState icon="accuracy" title={t('mark.finished')}>
        {t('mark.finishedAbout')}
      </EmptyState>
    )
  }
  return <Marking key={ids} ids={ids} audits={audits} cameras={cameras} source={sourceOf(search)} />
}

/** What is looked at stands in the address; a file must be chosen anew after each reload. */
function sourceOf(search: string): Source {
  const params = new URLSearchParams(search)
  const id = params.get('recording')
  if (id) return { kind: 'recording', id }
  return params.get('source') === 'file' ? { kind: 'file' } : { kind: 'live' }
}

interface MarkingProps {
  ids: string
  audits: readonly Audit[]
  cameras: ReturnType<typeof useCameras>
  source: Source
}

function Marking({ ids, audits, cameras, source }: MarkingProps) {
  const { t } = useTranslation('accuracy')
  const [first] = audits
  const lines = useMemo(() => audits.map(({ line }) => line), [audits])
  const keys = useMemo(() => keysFor(lines), [lines])
  const [marks, setMarks] = useState<Marks>(() => marksOf(audits))
  const saving = useSaving(audits, marks)
  const player = useRef<Player>(undefined)
  const [can, setCan] = useState({ mark: false, seek: false })
  const [said, say] = useState('')
  const takePlayer = useCallback((made: Player | undefined) => {
    player.current = made
    const [mark, seek] = [made !== undefined, made?.seek !== undefined]
    setCan((before) => (before.mark === mark && before.seek === seek ? before : { mark, seek }))
  }, [])
  const camera = first && cameras.camera(first.camera)
  const [from, until] = [Date.parse(first?.from ?? ''), Date.parse(first?.until ?? '')]

  const mark = ({ line, direction }: Key) => {
    const time = player.current?.now()
    if (time === undefined) return
    if (time < from || time >= until) return say(t('mark.outside'))
    setMarks(add(marks, { line, time, direction, ambiguous: false }))
    const way = camera?.lines.find(({ name }) => name === line)?.[direction] ?? t(`direction.${direction}`)
    say(t('mark.said', { line, way }))
  }
  // A little before it, so that one sees it come.
  const look = (time: number) => player.current?.seek?.(time - LOOK_MS)
  const undo = () => {
    if (marks.length === 0) return
    setMarks(undone(marks))
    say(t('mark.undone'))
  }
  useKeys({
    keys,
    onMark: mark,
    onUndo: undo,
    onJump: () => player.current?.seek?.(player.current.now() - JUMP_MS),
    onToggle: () => player.current?.toggle?.(),
  })
  if (!first) return null
  const zone = cameras.zoneOf(first.site)
  return (
    <Page wide>
      <PageHeader
        title={t('mark.title', { camera: cameras.nameOf(first.camera) })}
        back={{ to: '/accuracy', title: t('title') }}
        about={
          <>
            <DateTime time={first.from} zone={zone} style="long" /> –{' '}
            <DateTime time={first.until} zone={zone} style="seconds" /> · <Zone zone={zone} />
          </>
        }
        actions={<Finish ids={ids} saving={saving} />}
      />
      <div className={css.desk}>
        <section className={css.stage} aria-label={t('mark.stage')}>
          <Stage
            source={source}
            audit={first}
            camera={camera}
            lines={lines}
            zone={zone}
            onPlayer={takePlayer}
          />
        </section>
        <Card className={css.side ?? ''}>
          <Pads
            lines={lines}
            keys={keys}
            camera={camera}
            marks={marks}
            isDisabled={!can.mark}
            onMark={mark}
          />
          <p className={css.hint}>{t(can.seek ? 'mark.keys' : 'mark.keysLive')}</p>
          <Button icon="undo" isDisabled={marks.length === 0} onPress={undo}>
            {t('mark.undo')}
          </Button>
          <MarkList
            marks={marks}
            camera={camera}
            zone={zone}
            onLook={can.seek ? look : undefined}
            onDoubt={(one) => setMarks(reconsidered(marks, one))}
            onDelete={(one) => setMarks(without(marks, one))}
          />
          <p className={css.hint} role="status">
            {saving.problem ? t('mark.notSaved') : saving.isPending ? t('mark.saving') : t('mark.saved')}
          </p>
          {saving.problem && <ProblemText problem={saving.problem} />}
          <p className="unseen" role="status">
            {said}
          </p>
        </Card>
      </div>
    </Page>
  )
}

interface KeyActions {
  keys: readonly Key[]
  onMark: (key: Key) => void
  onUndo: () => void
  onJump: () => void
  onToggle: () => void
}

/** Where letters are typed, or a button is about to be pressed, the keyboard is not ours. */
const TYPES = 'input:not([type=range]), textarea, select, [role=listbox], [role=dialog]'

function useKeys({ keys, onMark, onUndo, onJump, onToggle }: KeyActions) {
  const act = useEffectEvent((event: KeyboardEvent) => {
    const target = event.target as Element | null
    if (target?.closest(TYPES)) return
    const key = pressed(keys, event)
    if (key) onMark(key)
    else if (event.key === 'Backspace') onUndo()
    else if (event.key === 'ArrowLeft' && !target?.closest('[type=range]')) onJump()
    else if (event.key === ' ' && !target?.closest('button, a, [role=button]')) onToggle()
    else return
    event.preventDefault()
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => act(event)
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [])
}

/** What was counted a moment ago may still be on its way to the store. */
const SETTLE_MS = 3_000

/** Compares what was marked with what was counted. A stretch that still runs ends now. */
function Finish({ ids, saving }: { ids: string; saving: ReturnType<typeof useSaving> }) {
  const { t } = useTranslation('accuracy')
  const client = useQueryClient()
  const [, navigate] = useLocation()
  const [pending, setPending] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  // One that failed half-way goes on with those that are left.
  const done = useRef(new Set<string>())
  const finish = async () => {
    setPending(true)
    setProblem(undefined)
    try {
      await saving.flush()
      const now = Date.parse((await answered(api.GET('/api/v1/occupancy'))).time)
      const isRunning = saving.current().some(({ until }) => Date.parse(until) > now)
      if (isRunning) await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
      for (const audit of saving.current()) {
        if (done.current.has(audit.id)) continue
        const ended =
          Date.parse(audit.until) > now ? await put(audit, { until: new Date(now).toISOString() }) : audit
        await answered(
          api.POST('/api/v1/accuracy-audits/{id}/finish', {
            params: { path: { id: ended.id }, header: ifMatch(ended.version) },
          }),
        )
        done.current.add(audit.id)
      }
      await client.invalidateQueries({
        predicate: ({ queryKey: [path] }) => typeof path === 'string' && path.startsWith(AUDITS[0] ?? ''),
      })
      navigate(`/accuracy/${ids}`)
    } catch (error) {
      setProblem(problemOf(error))
      setPending(false)
    }
  }
  return (
    <>
      {problem && <ProblemText problem={problem} />}
      <Button look="primary" icon="check" isPending={pending} onPress={() => void finish()}>
        {t('mark.finish')}
      </Button>
    </>
  )
}
