import { accessible, expect, picture, PHONE, test } from './support'

import type { Page } from '@playwright/test'

/** Begins to mark what the camera sees now. */
async function beginLive(page: Page) {
  await page.goto('/accuracy')
  await page.getByRole('link', { name: 'New audit' }).first().click()
  await page.getByText('The camera as it is now').click()
  await page.getByRole('button', { name: 'Begin to mark' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Mark: Square' })).toBeVisible()
}

const pad = (page: Page, way: string) => page.getByRole('button', { name: new RegExp(`^${way} \\d+`) })

test.describe('accuracy', () => {
  test.beforeEach(async ({ api, page }) => {
    await api.signIn()
    await api.camera()
    await page.goto('/')
  })

  test('marks live with keys, takes back, finishes, and keeps the report', async ({ page }) => {
    await page.goto('/accuracy')
    await expect(page.getByText('Nothing was audited yet')).toBeVisible()
    await accessible(page)
    await beginLive(page)
    await page.keyboard.press('j')
    await page.keyboard.press('f')
    await page.keyboard.press('j')
    await expect(pad(page, 'in')).toContainText('2')
    await page.keyboard.press('Backspace')
    await expect(pad(page, 'in')).toContainText('1')
    await expect(pad(page, 'out')).toContainText('1')
    await page.getByRole('button', { name: 'Careful people could disagree on it' }).first().click()
    await expect(page.getByText('doubtful')).toBeVisible()
    await expect(page.getByText('All marks are saved.')).toBeVisible()
    await accessible(page)
    await picture(page, 'accuracy-mark')

    // What was marked survives a reload.
    await page.reload()
    await expect(pad(page, 'in')).toContainText('1')
    await page.getByRole('button', { name: 'Finish and compare' }).click()
    await expect(page.getByRole('heading', { name: 'Line middle' })).toBeVisible({ timeout: 30_000 })
    await expect(page.getByText('Counted / marked')).toBeVisible()
    await accessible(page)
    await picture(page, 'accuracy-report')

    await page.getByRole('link', { name: 'Accuracy' }).first().click()
    await expect(page.getByRole('table', { name: 'Accuracy' }).getByText('Finished')).toBeVisible()
    await accessible(page)
    await picture(page, 'accuracy')
    await page.getByRole('button', { name: 'Delete the audit of middle' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete', exact: true }).click()
    await expect(page.getByText('Nothing was audited yet')).toBeVisible()
  })

  test('says how recordings are allowed where they are not', async ({ page }) => {
    await page.goto('/accuracy/new')
    await expect(page.getByText('Recordings of this camera are not allowed.')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Begin to mark' })).toBeDisabled()
    await accessible(page)
    await picture(page, 'accuracy-new')
  })

  test('plays a video file of one’s own', async ({ page }) => {
    await page.goto('/accuracy/new')
    await page.getByText('A video file of your own').click()
    await page.getByRole('button', { name: 'Begin to mark' }).click()
    await expect(page.getByText('Choose the video')).toBeVisible()
    await expect(pad(page, 'in')).toBeDisabled()
    const sample = new URL('../../samples/pets2009-s2l1.mp4', import.meta.url).pathname
    await page.locator('input[type=file]').setInputFiles(sample)
    await page.getByRole('button', { name: 'Play' }).click()
    await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible()
    await page.keyboard.press('j')
    await expect(pad(page, 'in')).toContainText('1')
    await page.keyboard.press(' ')
    await expect(page.getByRole('button', { name: 'Play' })).toBeVisible()
    await accessible(page)
    await picture(page, 'accuracy-file')
  })

  test('is whole on a phone in Vietnamese', async ({ page }) => {
    await page.setViewportSize(PHONE)
    await page.evaluate(() => localStorage.setItem('camtally.language', 'vi'))
    await page.goto('/accuracy/new')
    await expect(page.getByRole('heading', { level: 1, name: 'Kiểm tra mới' })).toBeVisible()
    await page.getByText('Camera ngay lúc này').click()
    await page.getByRole('button', { name: 'Bắt đầu đánh dấu' }).click()
    await expect(page.getByRole('button', { name: 'Kết thúc và so sánh' })).toBeVisible()
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(width).toBeLessThanOrEqual(PHONE.width)
    await accessible(page)
    await picture(page, 'accuracy-phone-vietnamese')
  })
})

test('viewers read reports, and are offered no audit', async ({ api, page, program, browser }) => {
  await api.signIn()
  await api.camera()
  await api.user('otto', ['viewer'])
  const context = await browser.newContext({ baseURL: program.url })
  const other = await context.newPage()
  await other.goto('/')
  const csrf = await other.request.post('/api/v1/auth/login', {
    data: { name: 'otto', password: 'mossy-anvil-tundra-9' },
  })
  expect(csrf.ok()).toBe(true)
  await other.goto('/accuracy')
  await expect(other.getByText('Nothing was audited yet')).toBeVisible()
  await expect(other.getByRole('link', { name: 'New audit' })).toHaveCount(0)
  await other.goto('/accuracy/new')
  await expect(other.getByText('This is not for your role')).toBeVisible()
  await context.close()
  await page.goto('/accuracy')
  await expect(page.getByRole('link', { name: 'New audit' }).first()).toBeVisible()
})
