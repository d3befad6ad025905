/** One place at which something is not as it was. */
export interface Difference {
  /** Where: `name`, `receiver.url`, `line[door].points`. */
  path: string
  kind: 'added' | 'removed' | 'changed'
  before: unknown
  after: unknown
}

/** Numbers that grow with each change say nothing about it. */
const NOISE = new Set(['version', 'rules_version', 'changed'])

/** What is different between an object before and after a change; all of it where there was none, or is none any more. */
export function differences(before: unknown, after: unknown): Difference[] {
  return compared('', before ?? undefined, after ?? undefined).filter(({ path }) => !NOISE.has(path))
}

function compared(path: string, before: unknown, after: unknown): Difference[] {
  if (isEqual(before, after)) return []
  const parts = [before, after].map((value) => (value === undefined ? undefined : partsOf(value)))
  const [was, is] = parts
  const comparable = (before === undefined || was) && (after === undefined || is) && (was ?? is)
  if (!comparable) {
    const kind = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed'
    return [{ path, kind, before, after }]
  }
  const keys = new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])
  return [...keys].flatMap((key) => {
    const below = path && !key.startsWith('[') ? `${path}.${key}` : path + key
    return compared(below, was?.get(key), is?.get(key))
  })
}

/** The parts of a value that can be compared one by one: of an object its fields, of a list those that have a name. */
function partsOf(value: unknown): Map<string, unknown> | undefined {
  if (Array.isArray(value)) {
    const names = value.map(nameOf)
    const named = names.every((name) => name !== undefined) && new Set(names).size === names.length
    return named && value.length > 0
      ? new Map(value.map((item: unknown, at) => [`[${names[at] ?? ''}]`, item]))
      : undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  return new Map(Object.entries(value).map(([key, part]) => [key, (part as unknown) ?? undefined]))
}

function nameOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined
  const { name, id } = item as { name?: unknown; id?: unknown }
  return [name, id].find((one) => typeof one === 'string')
}

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** A value of an object, in a form that fits into a line. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null)) {
    return value.length ? value.map(shown).join(', ') : '[]'
  }
  return value === undefined ? '' : JSON.stringify(value)
}
