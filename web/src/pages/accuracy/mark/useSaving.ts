import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'

import { answered, api, ifMatch, problemOf, type Problem } from '@/api'

import { bodyOf, marksOf, type Marks } from '../marks'
import type { Audit } from '../useAudits'

const WAIT_MS = 800

export interface Saving {
  /** Whether there are marks that the server does not know yet. */
  isPending: boolean
  problem: Problem | undefined
  /** Saves at once what is not saved yet. */
  flush: () => Promise<void>
  /** The audits as they are at the server, after all that was saved. */
  current: () => readonly Audit[]
}

/** Keeps marks at the server as they are made, each line in its audit. */
export function useSaving(audits: readonly Audit[], marks: Marks): Saving {
  const client = useQueryClient()
  const known = useRef(audits)
  const saved = useRef<Marks>(marksOf(audits))
  const running = useRef<Promise<void>>(undefined)
  const [isPending, setPending] = useState(false)
  const [problem, setProblem] = useState<Problem>()

  // What is saved is what there is when its turn comes.
  const latest = useRef(marks)
  useEffect(() => {
    latest.current = marks
  })

  /** One after the other: each change is made to the version that the one before has left. */
  const flush = useCallback(async () => {
    const save = async () => {
      const wanted = latest.current
      for (const audit of known.current) {
        const body = bodyOf(wanted, audit.line)
        if (JSON.stringify(body) === JSON.stringify(bodyOf(saved.current, audit.line))) continue
        const next = await put(audit, { marks: body })
        known.current = known.current.map((one) => (one.id === next.id ? next : one))
        client.setQueryData(['/api/v1/accuracy-audits/{id}', { path: { id: next.id } }], next)
      }
      saved.current = wanted
      setPending(false)
      setProblem(undefined)
    }
    const work = (running.current ?? Promise.resolve()).catch(() => undefined).then(save)
    running.current = work
    await work
  }, [client])

  useEffect(() => {
    if (marks === saved.current) return
    setPending(true)
    const timer = setTimeout(() => {
      flush().catch((error: unknown) => setProblem(problemOf(error)))
    }, WAIT_MS)
    return () => clearTimeout(timer)
  }, [marks, flush])

  useEffect(() => {
    if (!isPending) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [isPending])

  return { isPending, problem, flush, current: () => known.current }
}

type Change = Partial<Pick<Audit, 'until'>> & { marks?: ReturnType<typeof bodyOf> }

/** Changes an audit; what is not named stays. */
export async function put(audit: Audit, change: Change): Promise<Audit> {
  const { id, version, camera, line, from, until, tolerance_s, marks } = audit
  return await answered(
    api.PUT('/api/v1/accuracy-audits/{id}', {
      params: { path: { id }, header: ifMatch(version) },
      body: { camera, line, from, until, tolerance_s, marks, ...change },
    }),
  )
}
