/** A number of the program, in Prometheus' text format: its name, what it is about, and how much it is. */
export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g

export function readMetrics(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels, value] = LINE.exec(line) ?? []
    if (name === undefined || value === undefined) return []
    const pairs = [...(labels ?? '').matchAll(LABEL)].map(([, key, quoted]) => [key, unescaped(quoted ?? '')])
    return [{ name, labels: Object.fromEntries(pairs) as Record<string, string>, value: numberOf(value) }]
  })
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character))
}

function numberOf(text: string): number {
  return text.endsWith('Inf') ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text)
}

/** The sum of all numbers of this name; undefined while the program has none. */
export function total(
  samples: readonly Sample[],
  name: string,
  labels: Record<string, string> = {},
): number | undefined {
  const fits = (sample: Sample) =>
    sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value)
  const found = samples.filter(fits)
  return found.length ? found.reduce((sum, { value }) => sum + value, 0) : undefined
}

/**
 * How much grew by in each second between two readings. A counter that begins anew, since the program did, has grown from zero.
 */
export function perSecond(
  before: number | undefined,
  after: number | undefined,
  seconds: number,
): number | undefined {
  if (before === undefined || after === undefined || seconds <= 0) return undefined
  return (after < before ? after : after - before) / seconds
}

/** Below which value half of a histogram lies, over all labels; read off between the two bounds around it. */
export function median(samples: readonly Sample[], name: string): number | undefined {
  const counts = new Map<number, number>()
  for (const { name: one, labels, value } of samples) {
    if (one !== `${name}_bucket`) continue
    const bound = numberOf(labels.le ?? '')
    counts.set(bound, (counts.get(bound) ?? 0) + value)
  }
  const bounds = [...counts].sort(([one], [other]) => one - other)
  const half = (bounds.at(-1)?.[1] ?? 0) / 2
  if (half === 0) return undefined
  let [below, seen] = [0, 0]
  for (const [bound, count] of bounds) {
    if (count >= half) {
      return Number.isFinite(bound) ? below + ((bound - below) * (half - seen)) / (count - seen) : below
    }
    ;[below, seen] = [bound, count]
  }
  return undefined
}
