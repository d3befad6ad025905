import { Problem } from './problem'
import { csrfToken, fresh, renew, signedOut } from './session'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
/** Answers that say by themselves what is wrong with a name, a password or a link: no reason to renew a session. */
const SIGNS_IN = /^\/api\/v1\/auth\/(login|refresh|setup|sign-up|forgotten|reset)?$/

/**
 * A fetch that shows where changes come from, and renews the session when its short secret has expired.
 */
export async function authorisedFetch(request: Request): Promise<Response> {
  if (SIGNS_IN.test(new URL(request.url).pathname)) return await send(request)
  await fresh()
  const asked = Date.now()
  const again = request.clone()
  const response = await send(request)
  if (response.status !== 401 || (await codeOf(response)) !== 'not_signed_in') return response
  if (csrfToken() !== undefined && (await renew(asked))) {
    const second = await send(again)
    if (second.status !== 401 || (await codeOf(second)) !== 'not_signed_in') return second
  }
  signedOut()
  return response
}

async function send(request: Request): Promise<Response> {
  if (!SAFE.has(request.method)) {
    const token = csrfToken()
    if (token) request.headers.set('X-CSRF-Token', token)
  }
  try {
    return await fetch(request)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw Problem.offline()
  }
}

async function codeOf(response: Response): Promise<string | undefined> {
  const body = (await response
    .clone()
    .json()
    .catch(() => ({}))) as { code?: string }
  return body.code
}
