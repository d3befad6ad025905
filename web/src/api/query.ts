import {
  infiniteQueryOptions,
  QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import type { FetchResponse, MaybeOptionalInit } from 'openapi-fetch'
import type { PathsWithMethod } from 'openapi-typescript-helpers'

import { answered, api } from './client'
import { problemOf, type Problem } from './problem'
import type { paths } from './schema'

declare module '@tanstack/react-query' {
  interface Register {
    defaultError: Problem
  }
}

/** An address that can be read. */
export type Readable = PathsWithMethod<paths, 'get'>
type Init<Path extends Readable> = MaybeOptionalInit<paths[Path], 'get'>
type Data<Path extends Readable> = NonNullable<
  FetchResponse<NonNullable<paths[Path]['get']>, object, 'application/json'>['data']
>
type Parameters<Path extends Readable> = object extends Init<Path> ? [init?: Init<Path>] : [init: Init<Path>]

/** Tries again what may succeed the next time: a lost connection, or a server that starts anew. */
function isTransient(failures: number, error: unknown): boolean {
  const { status } = problemOf(error)
  return failures < 3 && (status === 0 || status === 503 || status === 504)
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: isTransient, staleTime: 5_000, networkMode: 'always' },
    mutations: { networkMode: 'always' },
  },
})

// The client's own types follow the path through a union of hundreds; the path is known to fit here.
type Get = (path: string, init: object) => Promise<{ data?: unknown; response: Response }>
const get = api.GET as unknown as Get

/** What is asked at an address: `useQuery(read('/api/v1/cameras', { params: { query: { limit: 1000 } } }))`. */
export function read<Path extends Readable>(path: Path, ...[init]: Parameters<Path>) {
  return queryOptions({
    queryKey: [path, init?.params ?? {}] as const,
    queryFn: async ({ signal }) => (await answered(get(path, { ...init, signal }))) as Data<Path>,
  })
}

type Listing<Path extends Readable> = Data<Path> extends { next?: string | null } ? Path : never

/** A list that comes in pages: `useInfiniteQuery(list('/api/v1/events', …))`. `data.pages` are the answers so far. */
export function list<Path extends Readable>(path: Path & Listing<Path>, ...[init]: Parameters<Path>) {
  return infiniteQueryOptions({
    queryKey: [path, 'pages', init?.params ?? {}] as const,
    queryFn: async ({ signal, pageParam }) => {
      const params = init?.params
      const query = { ...params?.query, ...(pageParam === null ? {} : { cursor: pageParam }) }
      return (await answered(get(path, { ...init, params: { ...params, query }, signal }))) as Data<Path>
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => (last as { next?: string | null }).next ?? null,
  })
}

/**
 * A change. What was read at the addresses in `changes` is read anew once it is done; a path also stands for every path below it.
 */
export function useChange<Input = void, Output = unknown>(
  change: (input: Input) => Promise<Output>,
  changes: readonly string[] = [],
) {
  const client = useQueryClient()
  return useMutation<Output, Problem, Input>({
    mutationFn: change,
    onSuccess: async () => {
      await client.invalidateQueries({
        predicate: ({ queryKey: [path] }) =>
          typeof path === 'string' && changes.some((one) => path === one || path.startsWith(`${one}/`)),
      })
    },
  })
}
