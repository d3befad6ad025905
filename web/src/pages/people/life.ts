/** For how long a token or a code is good, in days. */
export const LIVES = { day: 1, week: 7, month: 30, quarter: 90, year: 365 } as const
export type Life = keyof typeof LIVES | 'forGood'

const DAY = 24 * 3_600_000

/** When something ends that is good from now on; never where it is good for good. */
export function endOf(life: Life, now: number): string | undefined {
  return life === 'forGood' ? undefined : new Date(now + LIVES[life] * DAY).toISOString()
}

/** How far something is that ends by itself, or is ended. */
export function stateOf(
  { expires, revoked }: { expires?: string | null; revoked?: string | null },
  now: number,
): 'good' | 'expired' | 'revoked' {
  if (revoked) return 'revoked'
  return expires && Date.parse(expires) <= now ? 'expired' : 'good'
}
