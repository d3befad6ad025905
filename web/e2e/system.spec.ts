import { readFileSync } from 'node:fs'

import type { Page } from '@playwright/test'

import { accessible, ADMIN, expect, PHONE, picture, test } from './support'

async function choose(page: Page, field: string, option: string | RegExp) {
  await page.getByRole('button', { name: new RegExp(`${field}$`) }).click()
  await page.getByRole('option', { name: option }).click()
}

test('a site is made, entered by a line, deleted and brought back', async ({ page, api }) => {
  await api.signIn()
  await page.goto('/sites')
  await page.getByRole('link', { name: 'New site' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Chợ Đồng Xuân')
  await expect(page.getByRole('textbox', { name: 'Id' })).toHaveValue('cho-dong-xuan')
  await page.getByRole('combobox', { name: 'Time zone' }).fill('Ho_Chi')
  await page.getByRole('option', { name: /Asia\/Ho_Chi_Minh/ }).click()
  await accessible(page)
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('link', { name: 'Chợ Đồng Xuân' })).toBeVisible()
  await expect(page.getByText('Asia/Ho_Chi_Minh (GMT+7)')).toBeVisible()
  await accessible(page)
  await picture(page, 'sites')

  await api.camera('gate', { site: 'cho-dong-xuan', name: 'Gate' })
  await page.goto('/sites/cho-dong-xuan')
  await page.getByRole('button', { name: 'Add an entrance' }).click()
  await expect(page.getByRole('button', { name: 'middle (Gate)' })).toBeVisible()
  await choose(page, 'Leads in', 'out')
  await accessible(page)
  await picture(page, 'site')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('“Chợ Đồng Xuân” is saved')).toBeVisible()
  const site = await api.send('GET', '/api/v1/sites/cho-dong-xuan')
  expect(site.entrances).toEqual([{ camera: 'gate', line: 'middle', inward: 'backward' }])

  await expect(page.getByText('It still has 1 camera. Move or delete it first.')).toBeVisible()
  await api.send('DELETE', '/api/v1/cameras/gate', undefined, { 'If-Match': '*' })
  await page.reload()
  await page.getByRole('button', { name: 'Delete the site' }).click()
  const dialog = page.getByRole('alertdialog')
  await dialog.getByRole('textbox').fill('Chợ Đồng Xuân')
  await dialog.getByRole('button', { name: 'Delete the site' }).click()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByRole('link', { name: 'Chợ Đồng Xuân' })).toBeVisible()

  await page.goto('/system?tab=deleted')
  await accessible(page)
  await picture(page, 'system-deleted')
  await page.getByRole('button', { name: 'Bring back Gate' }).click()
  await expect(page.getByText('No camera was deleted.')).toBeVisible()
})

test('the audit log tells what was before and after', async ({ page, api }) => {
  await api.signIn()
  const site = { id: 'north', name: 'North', time_zone: 'Europe/Berlin' }
  await api.send('POST', '/api/v1/sites', site)
  await api.send('PATCH', '/api/v1/sites/north', { name: 'North gate' }, { 'If-Match': '*' })
  await page.goto('/audit')
  await page.getByRole('button', { name: /changed a site North gate/ }).click()
  const changes = page.getByRole('table', { name: 'What is different' })
  await expect(changes.getByRole('row', { name: 'name North North gate' })).toBeVisible()
  await expect(page.getByText(/The entries shown are without gaps: 1 to \d+\./)).toBeVisible()
  await accessible(page)
  await picture(page, 'audit')

  await choose(page, 'What', 'Session')
  await expect(page.getByRole('button', { name: /signed in/ })).toBeVisible()
  await expect(page.getByRole('button', { name: /made a site/ })).toHaveCount(0)
  await page.getByRole('searchbox', { name: 'By' }).fill('nobody-of-this-name')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Nothing in the log fits these filters.')).toBeVisible()
  await page.getByRole('button', { name: 'Clear the filters' }).click()
  await expect(page.getByRole('button', { name: /made a site/ })).toBeVisible()
})

test('the health of the server, and what runs', async ({ page, api }) => {
  await api.signIn()
  await api.camera()
  await page.goto('/system')
  await expect(page.getByText('The server is ready')).toBeVisible()
  await expect(page.getByText('1 of 1 counts')).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText(/\d a second/).first()).toBeVisible({ timeout: 30_000 })
  await accessible(page)
  await picture(page, 'system')
  await page.getByRole('tab', { name: 'About and settings' }).click()
  await expect(page.getByText(/^nanodet-416@/)).toBeVisible()
  await accessible(page)
  await picture(page, 'system-about')
  await page.getByRole('button', { name: /Appearance$/ }).click()
  await page.getByRole('option', { name: 'Dark' }).click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await accessible(page)
})

test('the workers, and how busy they are', async ({ page, api }) => {
  await api.signIn()
  await api.camera()
  await page.goto('/system?tab=workers')
  await expect(page.getByText(/^nanodet-416@/)).toBeVisible()
  await expect(page.getByRole('meter', { name: 'Load' })).toBeVisible()
  await accessible(page)
  await picture(page, 'system-workers')
})

test('the configuration goes out as a file, and comes in once it was looked at', async ({
  page,
  api,
  allowed,
}) => {
  allowed.push(/status of 422/)
  await api.signIn()
  await api.send('POST', '/api/v1/sites', { id: 'north', name: 'North', time_zone: 'Europe/Berlin' })
  await page.goto('/system?tab=transfer')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download the file' }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/^camtally-\d{4}-\d\d-\d\d\.toml$/)
  const file = readFileSync(await download.path(), 'utf8')
  expect(file).toContain('format = "camtally/1"')

  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Choose a file' }).click()
  const changed = file.replace('"North"', '"North gate"')
  const south = '\n[[site]]\nid = "south"\nname = "South"\ntime_zone = "UTC"\n'
  const taken = (text: string) => ({
    name: 'camtally.toml',
    mimeType: 'application/toml',
    buffer: Buffer.from(text),
  })
  await (await choosing).setFiles(taken('this is none'))
  await page.getByRole('button', { name: 'See what would change' }).click()
  await expect(page.getByRole('alert')).toContainText('A value cannot be taken as it is.')
  await page.getByRole('button', { name: 'Choose another one' }).click()

  const again = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Choose a file' }).click()
  await (await again).setFiles(taken(changed + south))
  await page.getByRole('button', { name: 'See what would change' }).click()
  const preview = page.getByRole('status', { name: 'What would change' })
  await expect(preview.getByText('site south')).toBeVisible()
  await expect(preview.getByText('site north')).toBeVisible()
  expect(await api.send('GET', '/api/v1/sites/north')).toMatchObject({ name: 'North' })
  await accessible(page)
  await picture(page, 'system-import')
  await page.getByRole('button', { name: 'Import it' }).click()
  await expect(page.getByText('Imported: 2 changes')).toBeVisible()
  expect(await api.send('GET', '/api/v1/sites/north')).toMatchObject({ name: 'North gate' })
})

test('an admin of one site manages it alone', async ({ page, api }) => {
  await api.signIn()
  await api.send('POST', '/api/v1/sites', { id: 'north', name: 'North', time_zone: 'Europe/Berlin' })
  await api.user('gus', ['admin:north'])
  await api.send('POST', '/api/v1/auth/login', { ...ADMIN, name: 'gus' })
  await page.goto('/sites')
  await expect(page.getByRole('link', { name: 'North' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'New site' })).toHaveCount(0)
  await page.goto('/people')
  await expect(page.getByRole('tab')).toHaveText(['Registration codes'])
  await page.goto('/audit')
  await expect(page.getByRole('button', { name: /made a site North/ })).toBeVisible()
  await page.goto('/system')
  await expect(page.getByText('This is not for your role')).toBeVisible()
})

test('in Vietnamese, on a phone', async ({ page, api }) => {
  await page.setViewportSize(PHONE)
  await api.signIn()
  await page.addInitScript(() => localStorage.setItem('camtally.language', 'vi'))
  for (const [path, text, name] of [
    ['/audit', 'thiết lập máy chủ', 'audit-phone-vi'],
    ['/sites', 'trong camtally.toml', 'sites-phone-vi'],
    ['/system', 'Máy chủ sẵn sàng', 'system-phone-vi'],
  ] as const) {
    await page.goto(path)
    await expect(page.getByText(text)).toBeVisible()
    await accessible(page)
    const isWide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
    expect(isWide, `${path} is wider than the phone`).toBe(false)
    await picture(page, name)
  }
})
