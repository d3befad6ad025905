import { alone } from './lock'

/** When some tab of this browser last renewed the session, in milliseconds. */
const RENEWED = 'camtally.renewed'
/** Until when the session's short secret is good. */
const EXPIRES = 'camtally.expires'
/** How long before that it is renewed. */
const EARLY_MS = 30_000

interface Begun {
  access_expires: string
}

/** The proof that a change comes from the dashboard; there is one as long as there is a session. */
export function csrfToken(cookies: string = document.cookie): string | undefined {
  return /(?:^|;\s*)camtally_csrf=([^;]+)/.exec(cookies)?.[1]
}

/** Keeps until when a session that has begun is good. */
export function begun({ access_expires }: Begun) {
  localStorage.setItem(EXPIRES, `${Date.parse(access_expires)}`)
}

/** Renews the session when its short secret expires soon, so that nothing has to be refused first. */
export async function fresh(): Promise<void> {
  const expires = Number(localStorage.getItem(EXPIRES))
  if (expires === 0 || csrfToken() === undefined || Date.now() < expires - EARLY_MS) return
  await renew(expires - EARLY_MS)
}

/**
 * Renews the session, unless another tab has done so after `asked`, when the request that was refused began. A refresh token that is
 * sent twice ends the session, so that this happens in one tab at a time.
 *
 * Gives whether there is a session now.
 */
export async function renew(asked: number): Promise<boolean> {
  return await alone('renew', async () => {
    if (Number(localStorage.getItem(RENEWED)) > asked) return true
    const response = await fetch('/api/v1/auth/refresh', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    })
    if (response.ok) {
      localStorage.setItem(RENEWED, `${Date.now()}`)
      begun((await response.json()) as Begun)
      return true
    }
    // What is neither yes nor no, such as a server that starts anew, is a failure and no end of the session.
    if (response.status >= 500) throw new TypeError('the session could not be renewed')
    return false
  })
}

type Listener = () => void
const listeners = new Set<Listener>()

/** Tells when the session has ended, so that the page asks to sign in again. */
export function onSignedOut(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Forgets a session that the server does not know any more. */
export function signedOut() {
  localStorage.removeItem(EXPIRES)
  document.cookie = 'camtally_csrf=; Max-Age=0; Path=/; SameSite=Strict'
  for (const listener of listeners) listener()
}
