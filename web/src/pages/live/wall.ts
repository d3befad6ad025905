import type { Schema } from '@/api'

type CameraView = Schema<'CameraView'>

/** States that somebody has to look at come first. */
const URGENCY: Record<CameraView['state'], number> = {
  failed: 0,
  offline: 0,
  frozen: 0,
  overloaded: 1,
  connecting: 2,
  counting: 2,
  stopped: 3,
}

/** Those with this in their name: what needs a look first, then by name. */
export function inOrder(cameras: readonly CameraView[], search: string): CameraView[] {
  const wanted = search.trim().toLocaleLowerCase()
  return cameras
    .filter(({ name, id }) => name.toLocaleLowerCase().includes(wanted) || id.includes(wanted))
    .toSorted(
      (a, b) =>
        URGENCY[a.state] - URGENCY[b.state] || a.name.localeCompare(b.name, undefined, { numeric: true }),
    )
}
