interface Group {
  camera: string | null
  rule: string | null
  direction: string | null
  buckets: readonly { count: number }[]
}

/** What crossed a line in each direction. */
export interface LineSum {
  camera: string
  line: string
  forward: number
  backward: number
}

/** Counts by rule and direction as one row for each line, the busiest first. */
export function linesOf(groups: readonly Group[]): LineSum[] {
  const lines = new Map<string, LineSum>()
  for (const { camera, rule, direction, buckets } of groups) {
    if (camera === null || rule === null || (direction !== 'forward' && direction !== 'backward')) continue
    const key = JSON.stringify([camera, rule])
    const line = lines.get(key) ?? { camera, line: rule, forward: 0, backward: 0 }
    line[direction] += buckets.reduce((sum, { count }) => sum + count, 0)
    lines.set(key, line)
  }
  return [...lines.values()].sort((a, b) => b.forward + b.backward - a.forward - a.backward)
}
