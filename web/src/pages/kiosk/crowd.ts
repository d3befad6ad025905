/** How full a place is: `open` has room, `busy` is nearly full, `full` has none. */
export type Crowd = 'unknown' | 'open' | 'busy' | 'full'

/** From this share on a place is nearly full. */
const BUSY = 0.85

/** How full a place is; unknown where no limit is named. */
export function crowd(inside: number, limit: number | undefined): Crowd {
  if (limit === undefined) return 'unknown'
  if (inside >= limit) return 'full'
  return inside >= limit * BUSY ? 'busy' : 'open'
}

/** The number that an address names: a whole one above zero. */
export function limitOf(text: string | null): number | undefined {
  const limit = Number(text)
  return Number.isInteger(limit) && limit > 0 && limit <= 1_000_000 ? limit : undefined
}

interface Watching {
  id: string
  name: string
  state: string
  since?: string
}

/** Those of the entrances' cameras that do not count now; a camera that is not there any more does not either. */
export function blind(
  entrances: readonly { camera: string }[],
  cameras: readonly Watching[],
): { id: string; name: string; since: string | undefined }[] {
  const ids = [...new Set(entrances.map(({ camera }) => camera))]
  return ids.flatMap((id) => {
    const camera = cameras.find((one) => one.id === id)
    if (camera?.state === 'counting' || camera?.state === 'overloaded') return []
    return [{ id, name: camera?.name ?? id, since: camera?.since }]
  })
}

/** Without news for so long the number is no longer taken for true. */
export const STALE_MS = 20_000

export const isStale = (read: number, now: number): boolean => now - read > STALE_MS
