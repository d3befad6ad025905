interface Found {
  time: string
  direction: string
}

/** A crossing that was missed, or one that was counted and not seen. */
export interface Mistake extends Found {
  what: 'missed' | 'extra'
}

/** Both kinds of mistakes, in the order of time. */
export function mistakesOf({
  misses,
  extras,
}: {
  misses: readonly Found[]
  extras: readonly Found[]
}): Mistake[] {
  const made = [
    ...misses.map((one): Mistake => ({ ...one, what: 'missed' })),
    ...extras.map((one): Mistake => ({ ...one, what: 'extra' })),
  ]
  return made.sort((a, b) => Date.parse(a.time) - Date.parse(b.time))
}
