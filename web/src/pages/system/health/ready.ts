import { Problem } from '@/api'

/** What keeps the program from doing its work, by name; nothing when it does it. */
export interface Ready {
  ready: boolean
  missing: Record<string, string>
}

/** Asks whether the program can do its work. That it cannot is an answer, and no failure. */
export async function askReady({ signal }: { signal: AbortSignal }): Promise<Ready> {
  const response = await ask('/readyz', signal)
  const body: unknown = await response.json().catch(() => undefined)
  if (typeof body === 'object' && body !== null && 'missing' in body) return body as Ready
  throw Problem.of(response, body)
}

/** The program's own numbers; nothing where they are not to be had at this address. */
export async function askMetrics({ signal }: { signal: AbortSignal }): Promise<string | null> {
  const response = await ask('/metrics', signal)
  const isText = response.headers.get('Content-Type')?.startsWith('text/plain')
  return response.ok && isText ? await response.text() : null
}

async function ask(path: string, signal: AbortSignal): Promise<Response> {
  return await fetch(path, { signal }).catch((error: unknown) => {
    throw signal.aborted ? error : Problem.offline()
  })
}
