/** What is known of an audit in a list. */
export interface Listed {
  id: string
  camera: string
  line: string
  from: string
  until: string
  created: string
  created_by: string
}

/** Audits of several lines of one camera that were made together, and are marked together. */
export interface Sheet<Audit extends Listed> {
  key: string
  audits: Audit[]
}

/** Made within this time by the same person for the same stretch, they belong together. */
const TOGETHER_MS = 60_000

/** Audits by the stretch that was looked at, the newest first. */
export function sheets<Audit extends Listed>(audits: readonly Audit[]): Sheet<Audit>[] {
  const made: Sheet<Audit>[] = []
  for (const audit of [...audits].sort((a, b) => Date.parse(a.created) - Date.parse(b.created))) {
    const sheet = made.find(({ audits: [first, ...rest] }) => first && belongs(first, audit, rest))
    if (sheet) sheet.audits.push(audit)
    else made.push({ key: audit.id, audits: [audit] })
  }
  return made.reverse()
}

function belongs<Audit extends Listed>(first: Audit, audit: Audit, rest: readonly Audit[]): boolean {
  return (
    first.camera === audit.camera &&
    first.from === audit.from &&
    first.until === audit.until &&
    first.created_by === audit.created_by &&
    Date.parse(audit.created) - Date.parse(first.created) < TOGETHER_MS &&
    ![first, ...rest].some(({ line }) => line === audit.line)
  )
}
