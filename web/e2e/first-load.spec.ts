import { gzipSync } from 'node:zlib'

import { expect, test } from './support'

/** What the first load may weigh, in bytes by gzip. */
const MOST_BYTES = 200_000
const LARGEST_PAINT_MS = 1_000
const BLOCKING_MS = 50
const LAYOUT_SHIFT = 0.01

interface Vitals {
  paint: number
  blocking: number
  shift: number
}

test.beforeEach(async ({ api }) => {
  await api.signIn()
  await api.camera()
})

test('the first load is light', async ({ page, program }) => {
  const sizes = new Map<string, number>()
  page.on('response', async (response) => {
    const path = new URL(response.url()).pathname
    if (path.startsWith('/api/') || !response.ok()) return
    sizes.set(path, gzipSync(await response.body()).length)
  })
  await page.goto(program.url)
  await expect(page.getByRole('link', { name: 'Square' })).toBeVisible()
  const sum = [...sizes.values()].reduce((all, size) => all + size, 0)
  console.log(`first load: ${sum} bytes by gzip in ${sizes.size} files`)
  expect(sizes.size).toBeGreaterThan(2)
  expect(sum, JSON.stringify(Object.fromEntries(sizes))).toBeLessThanOrEqual(MOST_BYTES)
})

test('the first load is fast and still @measured', async ({ page, program }) => {
  // The program has answered before, as it has when people use it.
  await page.goto(program.url)
  await expect(page.getByRole('link', { name: 'Square' })).toBeVisible()

  const all: Vitals[] = []
  for (let run = 0; run < 3; run += 1) {
    const context = await page
      .context()
      .browser()
      ?.newContext({ storageState: await page.context().storageState() })
    const fresh = await context?.newPage()
    if (!context || !fresh) throw new Error('there is no browser')
    await fresh.addInitScript(observe)
    await fresh.goto(program.url)
    await expect(fresh.getByRole('link', { name: 'Square' })).toBeVisible()
    await fresh.waitForTimeout(1_500)
    all.push(await fresh.evaluate(() => (window as unknown as { vitals: Vitals }).vitals))
    await context.close()
  }
  console.log(`vitals: ${JSON.stringify(all)}`)
  const best = (key: keyof Vitals) => Math.min(...all.map((one) => one[key]))
  // Others may use the machine too: the best of three is what the page can do.
  expect(best('paint')).toBeGreaterThan(0)
  expect(best('paint')).toBeLessThanOrEqual(LARGEST_PAINT_MS)
  expect(best('blocking')).toBeLessThanOrEqual(BLOCKING_MS)
  expect(Math.max(...all.map(({ shift }) => shift))).toBeLessThanOrEqual(LAYOUT_SHIFT)
})

/** Adds up what the browser says of how the page was loaded. */
function observe() {
  const vitals: Vitals = { paint: 0, blocking: 0, shift: 0 }
  Object.assign(window, { vitals })
  const look = (type: string, take: (entry: PerformanceEntry) => void) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true })
  look('largest-contentful-paint', ({ startTime }) => (vitals.paint = startTime))
  look('longtask', ({ duration }) => (vitals.blocking += Math.max(0, duration - 50)))
  look('layout-shift', (entry) => {
    const { value, hadRecentInput } = entry as PerformanceEntry & { value: number; hadRecentInput: boolean }
    if (!hadRecentInput) vitals.shift += value
  })
}
