import { useQueryClient } from '@tanstack/react-query'

import { useChange } from '@/api'

/**
 * Deletes something. Lists at the addresses in `lists` are read anew, and they alone: what was deleted must not be asked for again by
 * the page that still shows it.
 */
export function useRemoval<Input = void>(
  remove: (input: Input) => Promise<unknown>,
  lists: readonly string[],
) {
  const client = useQueryClient()
  return useChange(async (input: Input) => {
    await remove(input)
    void client.invalidateQueries({
      predicate: ({ queryKey: [path] }) => lists.some((list) => list === path),
    })
  })
}
