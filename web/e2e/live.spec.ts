import { accessible, expect, picture, PHONE, test } from './support'

test.describe('live', () => {
  test.beforeEach(async ({ api, program, page }) => {
    await api.signIn()
    await api.camera()
    await page.goto(program.url)
    await expect(page.getByRole('link', { name: 'Square' })).toBeVisible()
  })

  test('the wall shows every camera with its state, its picture and its numbers', async ({ page }) => {
    const tile = page.getByRole('listitem').filter({ hasText: 'Square' }).first()
    await expect(tile.getByText(/Counting|Overloaded/)).toBeVisible()
    await expect(tile.locator('img')).toBeVisible()
    const ticker = page.getByRole('region', { name: 'Latest' })
    await expect(ticker.getByText(/Person (in|out|entered)/).first()).toBeVisible({ timeout: 60_000 })
    await accessible(page)
    await picture(page, 'live-wall')
  })

  test('a large camera counts what crosses its line', async ({ page }) => {
    await page.getByRole('link', { name: 'Square' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Square' })).toBeVisible()
    await expect(page.getByRole('img', { name: 'Live picture of Square' })).toBeVisible()
    const counts = page.getByRole('table', { name: 'Counts today' })
    await expect(counts.getByText(/[1-9]/).first()).toBeVisible({ timeout: 60_000 })
    await accessible(page)
    await picture(page, 'live-camera')
  })

  test('the list can be held', async ({ page }) => {
    await page.getByRole('button', { name: 'Hold the list' }).click()
    await expect(page.getByRole('button', { name: 'Let it go on' })).toHaveAttribute('aria-pressed', 'true')
  })

  test('it is whole on a phone, also in Vietnamese and in the dark', async ({ page }) => {
    await page.setViewportSize(PHONE)
    await expect(page.locator('img').first()).toBeVisible()
    await picture(page, 'live-phone')
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('dialog').getByLabel('Language').selectOption('vi')
    await expect(page.getByRole('dialog').getByRole('link', { name: 'Trực tiếp' })).toBeVisible()
    await page.getByRole('button', { name: 'Đóng' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Trực tiếp' })).toBeVisible()
    await expect(page.locator('html')).toHaveAttribute('lang', 'vi')
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(width, 'nothing stands out to the side').toBeLessThanOrEqual(PHONE.width)
    await accessible(page)
    await page.emulateMedia({ colorScheme: 'dark' })
    await picture(page, 'live-phone-vietnamese-dark')
    await page.reload()
    await expect(page.getByRole('heading', { level: 1, name: 'Trực tiếp' })).toBeVisible()
  })
})

test.describe('a lost connection', () => {
  test.use({ allowed: [/Failed to load resource|WebSocket connection/] })

  test('is said, and what was missed comes when it is back', async ({ api, program, page }) => {
    await api.signIn()
    await api.camera()
    await page.goto(program.url)
    const ticker = page.getByRole('region', { name: 'Latest' })
    await expect(ticker.getByText(/Person/).first()).toBeVisible({ timeout: 60_000 })
    await program.stop()
    await expect(page.getByText('The server cannot be reached.')).toBeVisible({ timeout: 20_000 })
    await picture(page, 'offline')
    const newest = await ticker.getByRole('listitem').first().innerText()
    await program.start()
    await expect(page.getByText('The server cannot be reached.')).toBeHidden({ timeout: 30_000 })
    await expect
      .poll(async () => await ticker.getByRole('listitem').first().innerText(), { timeout: 60_000 })
      .not.toBe(newest)
  })
})
