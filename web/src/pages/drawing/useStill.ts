import { useQuery } from '@tanstack/react-query'

import { answered, api } from '@/api'

/** A camera's picture to draw on, where somebody may see it. */
export function useStill(camera: string, isShown: boolean) {
  return useQuery({
    queryKey: ['still', camera],
    enabled: isShown,
    staleTime: Infinity,
    gcTime: 0,
    queryFn: async ({ signal }) => {
      const path = { path: { id: camera } }
      const picture = answered(
        api.GET('/api/v1/cameras/{id}/still', { params: path, parseAs: 'blob', signal }),
      )
      return await createImageBitmap(await picture)
    },
  })
}
