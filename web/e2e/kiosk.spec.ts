import { accessible, expect, picture, PHONE, test } from './support'

/** The site's only entrance is the line of the sample's camera. */
test.use({ more: '[[site.entrance]]\ncamera = "square"\nline = "middle"' })

test.describe('the screen at the entrance', () => {
  test.beforeEach(async ({ api, program, page }) => {
    await api.signIn()
    await api.camera()
    await page.goto(`${program.url}/kiosk/main?limit=40`)
    await expect(page.getByText('of 40 inside')).toBeVisible()
  })

  test('says how many are inside, and how many more may come', async ({ page }) => {
    await expect(page.getByText(/^Room for \d+ more$/)).toBeVisible({ timeout: 60_000 })
    await expect(page.getByRole('navigation')).toHaveCount(0)
    await accessible(page)
    await picture(page, 'kiosk')
  })

  test('counts who comes, and takes a correction at once', async ({ api, page }) => {
    await api.send('POST', '/api/v1/occupancy/corrections', { site: 'main', now: 39 })
    await expect(page.getByText(/Nearly full|Full\. Please wait\./)).toBeVisible({ timeout: 20_000 })
    await api.send('POST', '/api/v1/occupancy/corrections', { site: 'main', now: 60 })
    await expect(page.getByText('Full. Please wait.')).toBeVisible({ timeout: 20_000 })
    await accessible(page)
    await picture(page, 'kiosk-full')
  })

  test('says when the entrance is not watched', async ({ api, page }) => {
    await expect(page.getByText(/^Room for/)).toBeVisible({ timeout: 60_000 })
    await api.send('POST', '/api/v1/cameras/square/stop')
    await expect(page.getByText(/the number may be wrong: Square/)).toBeVisible({ timeout: 20_000 })
    await expect(page.getByText(/^Room for/)).toBeHidden()
    await picture(page, 'kiosk-unwatched')
  })

  test('keeps its limit and language in settings that hide by themselves', async ({ page }) => {
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByLabel(/How many may be inside/).fill('nobody')
    await expect(page.getByText('Write a whole number above zero.')).toBeVisible()
    await page.getByLabel(/How many may be inside/).fill('25')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(page).toHaveURL(/limit=25/)
    await expect(page.getByText('of 25 inside')).toBeVisible()
  })

  test('is whole on a phone in Vietnamese', async ({ page }) => {
    await page.setViewportSize(PHONE)
    await page.evaluate(() => localStorage.setItem('camtally.language', 'vi'))
    await page.reload()
    await expect(page.getByText('trên 40 người bên trong')).toBeVisible()
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(width).toBeLessThanOrEqual(PHONE.width)
    await accessible(page)
    await picture(page, 'kiosk-phone-vietnamese')
  })
})

test.describe('without a server', () => {
  test.use({ allowed: [/Failed to load resource|WebSocket connection/] })

  test('keeps the last number, says since when, and goes on by itself', async ({ api, program, page }) => {
    await api.signIn()
    await api.camera()
    await page.goto(`${program.url}/kiosk/main?limit=40`)
    await expect(page.getByText(/^Room for/)).toBeVisible({ timeout: 60_000 })
    await program.stop()
    await expect(page.getByText(/No connection since \d\d:\d\d/)).toBeVisible({ timeout: 60_000 })
    await expect(page.getByText('of 40 inside')).toBeVisible()
    await picture(page, 'kiosk-offline')
    await program.start()
    await expect(page.getByText(/No connection since/)).toBeHidden({ timeout: 60_000 })
  })
})
