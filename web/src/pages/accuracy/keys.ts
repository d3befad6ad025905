/** The two ways over a line. */
export type Direction = 'forward' | 'backward'

/** One key of the keyboard, for one line and direction. */
export interface Key {
  key: string
  line: string
  direction: Direction
}

/** From the middle of the keyboard outward: backward lies under the left hand, forward under the right. */
const PAIRS: readonly (readonly [string, string])[] = [
  ['f', 'j'],
  ['d', 'k'],
  ['s', 'l'],
  ['a', 'h'],
  ['r', 'u'],
  ['e', 'i'],
]

/** As many lines as can be marked at once. */
export const MOST_LINES = PAIRS.length

/** A key for each line and direction. */
export function keysFor(lines: readonly string[]): Key[] {
  return lines.slice(0, MOST_LINES).flatMap((line, index) => {
    const [backward, forward] = PAIRS[index] ?? ['', '']
    return [
      { key: backward, line, direction: 'backward' as const },
      { key: forward, line, direction: 'forward' as const },
    ]
  })
}

/** What a pressed key means; keys that are held down, or belong to a shortcut of the browser, mean nothing. */
export function pressed(
  keys: readonly Key[],
  event: Pick<KeyboardEvent, 'key' | 'repeat' | 'ctrlKey' | 'metaKey' | 'altKey'>,
): Key | undefined {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return undefined
  return keys.find(({ key }) => key === event.key.toLowerCase())
}
