/** What the server answers when it cannot or will not do something (RFC 9457). */
interface ProblemBody {
  title: string
  status: number
  code: string
  detail: string
}

/** Codes of what never reached the server, or was not answered by it. */
export type LocalCode = 'offline' | 'unreadable'

/** An answer that is a problem. `code` stays the same in all versions; `detail` is for people. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly detail: string
  /** Seconds to wait before the next try, where the server says so. */
  readonly retryAfter: number | undefined

  constructor(status: number, code: string, detail: string, retryAfter?: number) {
    super(detail || code)
    this.name = 'Problem'
    this.status = status
    this.code = code
    this.detail = detail
    this.retryAfter = retryAfter
  }

  /** No answer came at all. */
  static offline(): Problem {
    return new Problem(0, 'offline' satisfies LocalCode, '')
  }

  /** What an answer says went wrong. A proxy in between may answer with something else than JSON. */
  static of(response: Response, body: unknown): Problem {
    const retryAfter = Number(response.headers.get('Retry-After')) || undefined
    if (isBody(body)) return new Problem(response.status, body.code, body.detail, retryAfter)
    return new Problem(response.status, 'unreadable' satisfies LocalCode, response.statusText, retryAfter)
  }
}

function isBody(body: unknown): body is ProblemBody {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body
}

/** Any failure as a problem: a request that failed on its way is one without connection. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof TypeError) return Problem.offline()
  return new Problem(
    0,
    'unreadable' satisfies LocalCode,
    error instanceof Error ? error.message : String(error),
  )
}

/**
 * Which field of a form a problem is about. Details name it in backquotes, such as "`name` is empty", or lead a path to it, such
 * as "`line[0].name`".
 */
export function fieldOf<Field extends string>(problem: Problem, fields: readonly Field[]): Field | undefined {
  const named = [...problem.detail.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '')
  const first = named.map((name) => name.split(/[.[]/)[0])
  return fields.find((field) => named.includes(field)) ?? fields.find((field) => first.includes(field))
}
