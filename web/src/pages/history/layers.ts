/** What a group of counts is of; what it is not split by is null. */
export interface GroupKey {
  site: string | null
  camera: string | null
  rule: string | null
  class: string | null
  direction: string | null
}

interface CountedGroup extends GroupKey {
  buckets: readonly { count: number }[]
}

/** The counts of one group, or of all small ones together: then it has no key, and says how many they are. */
export interface Layer {
  id: string
  of: GroupKey | number
  counts: number[]
  total: number
}

/** As many colours as can be told apart. */
export const MOST_LAYERS = 6

export const keyOf = ({ site, camera, rule, class: kind, direction }: GroupKey): string =>
  JSON.stringify([site, camera, rule, kind, direction])

/** Groups as layers of a chart, the largest first; those that are too many for the colours are put together. */
export function layers(groups: readonly CountedGroup[], most = MOST_LAYERS): Layer[] {
  const all = groups
    .map((group): Layer => {
      const counts = group.buckets.map(({ count }) => count)
      return { id: keyOf(group), of: group, counts, total: sum(counts) }
    })
    .sort((a, b) => b.total - a.total)
  if (all.length <= most) return all
  const rest = all.slice(most - 1)
  const counts = (rest[0]?.counts ?? []).map((_, index) => sum(rest.map((layer) => layer.counts[index] ?? 0)))
  return [...all.slice(0, most - 1), { id: 'others', of: rest.length, counts, total: sum(counts) }]
}

/** Where each layer ends when they are stacked, from the ground up. */
export function stacked(all: readonly Layer[]): number[][] {
  let below: number[] = []
  return all.map(({ counts }) => {
    below = counts.map((count, index) => count + (below[index] ?? 0))
    return below
  })
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
