/** How a file is written: as its name says, else as it looks. */
export function formatOf(name: string, text: string): 'toml' | 'json' {
  if (/\.json$/i.test(name)) return 'json'
  if (/\.toml$/i.test(name)) return 'toml'
  return text.trimStart().startsWith('{') ? 'json' : 'toml'
}

const KINDS = ['site', 'camera', 'view'] as const

/** What an answer to an import names: `camera door` is the camera `door`. */
export function readItem(item: string): { kind: (typeof KINDS)[number] | undefined; name: string } {
  const kind = KINDS.find((one) => item.startsWith(`${one} `))
  return { kind, name: kind ? item.slice(kind.length + 1) : item }
}
