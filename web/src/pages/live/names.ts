import type { Schema } from '@/api'

import type { Names } from './TickerList'

/** What cameras, their zones and the ways of their lines are called. */
export function namesOf(cameras: readonly Schema<'CameraView'>[], sites: readonly Schema<'Site'>[]): Names {
  const zones = new Map(sites.map((site) => [site.id, site.time_zone]))
  const byId = new Map(cameras.map((camera) => [camera.id, camera]))
  return (id) => {
    const camera = byId.get(id)
    return {
      name: camera?.name ?? id,
      zone: zones.get(camera?.site ?? '') ?? 'UTC',
      way: (rule, direction) => {
        const line = camera?.lines.find(({ name }) => name === rule)
        return (direction === 'backward' ? line?.backward : line?.forward) ?? direction
      },
    }
  }
}
