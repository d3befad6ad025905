/** How long a lock is held at most, should its tab be closed meanwhile. */
const LIFE_MS = 10_000
/** How long until another tab's claim to the same lock must have become visible. */
const SETTLE_MS = 60

/**
 * Runs `work` in one tab at a time. Browsers have locks of their own for this, but only where the connection is secure; elsewhere
 * an entry of the local storage has to do.
 */
export async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  // The type says that it is always there; on a plain connection it is not.
  const locks = navigator.locks as LockManager | undefined
  if (locks) return await locks.request(name, work)
  const claim = await claimed(`camtally.lock.${name}`)
  try {
    return await work()
  } finally {
    if (claim.holds()) localStorage.removeItem(claim.key)
  }
}

async function claimed(key: string) {
  const owner = `${Math.random()}`
  for (;;) {
    const [, since] = (localStorage.getItem(key) ?? ' 0').split(' ')
    if (Date.now() - Number(since) > LIFE_MS) {
      const mine = `${owner} ${Date.now()}`
      localStorage.setItem(key, mine)
      await pause(SETTLE_MS)
      if (localStorage.getItem(key) === mine) {
        return { key, holds: () => localStorage.getItem(key) === mine }
      }
    }
    await pause(SETTLE_MS * (1 + Math.random()))
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
