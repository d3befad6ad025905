import { authorisedFetch } from '@/api/fetch'
import { Problem } from '@/api'

const NEWLINE = 10
/** The most bytes that the head of a part may have. */
const LONGEST_HEAD = 4096

/**
 * Takes pictures out of `multipart/x-mixed-replace` as its bytes come in. Each part says how long it is; what stands before the head
 * is the boundary.
 */
export class Parts {
  private rest = new Uint8Array()

  /** The pictures that are complete with these bytes. */
  push(bytes: Uint8Array): Uint8Array<ArrayBuffer>[] {
    const joined = new Uint8Array(this.rest.length + bytes.length)
    joined.set(this.rest)
    joined.set(bytes, this.rest.length)
    const pictures: Uint8Array<ArrayBuffer>[] = []
    let from = 0
    for (;;) {
      const begin = headEnd(joined, from)
      if (begin === undefined) break
      const head = new TextDecoder().decode(joined.subarray(from, begin))
      const length = Number(/content-length:\s*(\d+)/i.exec(head)?.[1])
      if (!Number.isFinite(length)) throw new Error('a part does not say how long it is')
      if (joined.length < begin + length) break
      pictures.push(joined.slice(begin, begin + length))
      from = begin + length
    }
    if (pictures.length === 0 && headEnd(joined, from) === undefined && joined.length - from > LONGEST_HEAD) {
      throw new Error('this is no stream of pictures')
    }
    this.rest = joined.slice(from)
    return pictures
  }
}

/** Where the body of a part begins: behind an empty line that follows some text. */
function headEnd(bytes: Uint8Array, from: number): number | undefined {
  // What ends the part before is an empty line too.
  let at = from
  while (bytes[at] === 13 || bytes[at] === NEWLINE) at += 1
  for (let index = at; index + 3 < bytes.length; index += 1) {
    const isEmptyLine =
      bytes[index] === 13 &&
      bytes[index + 1] === NEWLINE &&
      bytes[index + 2] === 13 &&
      bytes[index + 3] === NEWLINE
    if (isEmptyLine) return index + 4
  }
  return undefined
}

/** A camera's pictures as they come, until `signal` or the server ends them. Only the newest of those that pile up is given. */
export async function* pictures(camera: string, signal: AbortSignal): AsyncGenerator<Blob> {
  const address = new URL(`/api/v1/cameras/${encodeURIComponent(camera)}/live.mjpeg`, location.href)
  const response = await authorisedFetch(new Request(address, { signal }))
  if (!response.ok || !response.body) {
    throw Problem.of(response, await response.json().catch(() => undefined))
  }
  const parts = new Parts()
  const reader = response.body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const newest = parts.push(value).at(-1)
      if (newest) yield new Blob([newest], { type: 'image/jpeg' })
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** The next picture of a camera. */
export async function picture(camera: string, signal: AbortSignal): Promise<Blob | undefined> {
  for await (const one of pictures(camera, signal)) return one
  return undefined
}
