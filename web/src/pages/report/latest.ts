interface Audit {
  camera: string
  line: string
  until: string
  finished: string | null
}

/** The last finished audit of each line, by camera and line; all cameras when none is chosen. */
export function latest<One extends Audit>(audits: readonly One[], cameras: readonly string[]): One[] {
  const lines = new Map<string, One>()
  for (const audit of audits) {
    if (audit.finished === null || (cameras.length > 0 && !cameras.includes(audit.camera))) continue
    const key = JSON.stringify([audit.camera, audit.line])
    const known = lines.get(key)
    if (!known || Date.parse(audit.until) >= Date.parse(known.until)) lines.set(key, audit)
  }
  return [...lines.entries()].sort(([a], [b]) => a.localeCompare(b)).map(([, audit]) => audit)
}
