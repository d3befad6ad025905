import createClient from 'openapi-fetch'

import { authorisedFetch } from './fetch'
import { Problem, problemOf } from './problem'
import type { components, paths } from './schema'

/** The API, typed by its description. */
export const api = createClient<paths>({ baseUrl: '/', fetch: authorisedFetch })

/** A shape of the API's description by its name: `Schema<'CameraView'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name]

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** What the server has answered; a problem is thrown as a `Problem`. */
export async function answered<T>(asked: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asked.catch((failure: unknown) => {
    throw isAbort(failure) ? failure : problemOf(failure)
  })
  if (!response.ok) throw Problem.of(response, error)
  return data as T
}

/** The header by which a change says which version it is made to. */
export const ifMatch = (version: number) => ({ 'If-Match': `"${version}"` })

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}
