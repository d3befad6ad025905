import { createHmac } from 'node:crypto'

import type { Page } from '@playwright/test'

import { accessible, ADMIN, expect, PHONE, picture, test } from './support'

/** The code that an app shows for a key in base32 (RFC 6238). */
function codeOf(key: string, now = Date.now()): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bitsOf = (letter: string) => letters.indexOf(letter).toString(2).padStart(5, '0')
  const bits = Array.from(key.replace(/[^A-Z2-7]/g, ''), bitsOf).join('')
  const bytes = bits.match(/.{8}/g)?.map((byte) => parseInt(byte, 2)) ?? []
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)))
  const hash = createHmac('sha1', Buffer.from(bytes)).update(counter).digest()
  const at = (hash.at(-1) ?? 0) & 15
  return `${(hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000}`.padStart(6, '0')
}

async function choose(page: Page, field: string, option: string | RegExp) {
  await page.getByRole('button', { name: new RegExp(`${field}$`) }).click()
  await page.getByRole('option', { name: option }).click()
}

test('a user is made, changed, sent out, and deleted by name', async ({ page, api }) => {
  test.setTimeout(240_000)
  await api.signIn()
  await page.goto('/people')
  await page.getByRole('button', { name: 'New user' }).click()
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('ben')
  await choose(page, 'Everywhere', /^Operator/)
  await accessible(page)
  await page.getByRole('button', { name: 'Make the user' }).click()
  const shown = page.getByRole('alertdialog')
  await expect(shown.locator('code')).toContainText('/reset#ctly_')
  await accessible(page)
  await shown.getByRole('button', { name: 'I have copied it' }).click()
  await expect(page.getByRole('row', { name: /ben/ }).getByText('No password yet')).toBeVisible()
  await accessible(page)
  await picture(page, 'people')

  await page.getByRole('link', { name: 'ben' }).click()
  await choose(page, 'Role at one site', 'Town hall')
  await choose(page, 'Viewer Town hall', /^Administrator/)
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('“ben” is saved')).toBeVisible()
  await accessible(page)
  await picture(page, 'people-user')
  await page.getByRole('button', { name: 'Link for a new password' }).click()
  await page.getByRole('button', { name: 'I have copied it' }).click()
  await page.getByRole('button', { name: 'Sign out everywhere' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Sign out everywhere' }).click()
  await expect(page.getByText('ben is signed out everywhere')).toBeVisible()

  await page.getByRole('button', { name: 'Delete the user' }).click()
  const dialog = page.getByRole('alertdialog')
  await expect(dialog.getByRole('button', { name: 'Delete the user' })).toBeDisabled()
  await dialog.getByRole('textbox').fill('ben')
  await dialog.getByRole('button', { name: 'Delete the user' }).click()
  await expect(page).toHaveURL(/\/people$/)
  await expect(page.getByRole('link', { name: 'ben' })).toHaveCount(0)
})

test('codes let people in, and tokens programs', async ({ page, api, program }) => {
  await api.signIn()
  await page.goto('/people?tab=codes')
  await page.getByRole('button', { name: 'New code' }).click()
  await page.getByRole('textbox', { name: 'How many may sign up' }).fill('2')
  await page.getByRole('button', { name: 'Make the code' }).click()
  const code = (await page.getByRole('alertdialog').locator('code').textContent()) ?? ''
  await api.send('POST', '/api/v1/auth/sign-up', { code, ...ADMIN, name: 'carla' })
  await page.getByRole('button', { name: 'I have copied it' }).click()
  await page.reload()
  await expect(
    page.getByRole('row', { name: /Viewer/ }).getByRole('cell', { name: '1', exact: true }),
  ).toBeVisible()
  await accessible(page)
  await picture(page, 'people-codes')
  await page.getByRole('button', { name: /^End the code/ }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'End' }).click()
  await expect(page.getByText('No registration codes')).toBeVisible()

  await page.getByRole('tab', { name: 'Tokens' }).click()
  await page.getByRole('button', { name: 'New token' }).click()
  await page.getByRole('textbox', { name: 'What it is for' }).fill('nightly export')
  await accessible(page)
  await page.getByRole('button', { name: 'Make the token' }).click()
  const token = (await page.getByRole('alertdialog').locator('code').textContent()) ?? ''
  const asked = () => fetch(`${program.url}/api/v1/sites`, { headers: { Authorization: `Bearer ${token}` } })
  expect((await asked()).status).toBe(200)
  await page.getByRole('button', { name: 'I have copied it' }).click()
  await accessible(page)
  await picture(page, 'people-tokens')
  await page.getByRole('button', { name: 'Revoke nightly export' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click()
  await expect(page.getByText('None of those shown is good any more.')).toBeVisible()
  expect((await asked()).status).toBe(401)
})

test('the own account: second factor, sessions and password', async ({ page, api, allowed }) => {
  // A wrong code, a wrong password, and the page that asks who is there after signing out.
  allowed.push(/status of 401/)
  await api.signIn()
  await page.goto('/account')
  await expect(page.getByText('This browser')).toBeVisible()
  await accessible(page)
  await picture(page, 'account')
  await page.getByRole('button', { name: 'Set up an app' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Present password').fill('not-the-password-1')
  await dialog.getByRole('button', { name: 'Next' }).click()
  await expect(dialog.getByText('This is not your password.')).toBeVisible()
  await dialog.getByLabel('Present password').fill(ADMIN.password)
  await dialog.getByRole('button', { name: 'Next' }).click()
  await expect(dialog.getByRole('img', { name: /QR code/ })).toBeVisible()
  await accessible(page)
  const key = (await dialog.locator('code').textContent()) ?? ''
  await dialog.getByLabel('Code that the app shows').fill('000000')
  await dialog.getByRole('button', { name: 'Put in force' }).click()
  await expect(dialog.getByText(/This code is not right/)).toBeVisible()
  await dialog.getByLabel('Code that the app shows').fill(codeOf(key))
  await dialog.getByRole('button', { name: 'Put in force' }).click()
  const codes = page.getByRole('alertdialog').getByRole('listitem')
  await expect(codes).toHaveCount(10)
  const recovery = (await codes.first().textContent()) ?? ''
  await accessible(page)
  await page.getByRole('button', { name: 'I have kept them' }).click()
  await expect(page.getByText('The second factor is in force')).toBeVisible()
  await page.getByRole('button', { name: 'Turn off' }).click()
  await page.getByRole('dialog').getByLabel('Present password').fill(ADMIN.password)
  await page.getByRole('dialog').getByLabel('Code of the app, or a recovery code').fill(recovery)
  await page.getByRole('dialog').getByRole('button', { name: 'Turn off' }).click()
  await expect(page.getByText('The second factor is off')).toBeVisible()

  const sessions = page.getByRole('table', { name: 'Sessions' })
  await expect(sessions.getByText('This browser')).toBeVisible()
  const changed = 'tundra-anvil-mossy-8'
  await page.getByLabel('Present password').fill(ADMIN.password)
  await page.getByLabel('New password', { exact: true }).fill(changed)
  await page.getByLabel('New password, again').fill(changed)
  await page.getByRole('button', { name: 'Change the password' }).click()
  await page.getByLabel('Name or mail address').fill(ADMIN.name)
  await page.getByLabel('Password').fill(changed)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('navigation').first()).toBeVisible()
})

test('who may not manage people does not see how', async ({ page, api }) => {
  await api.signIn()
  await api.user('vera', ['viewer'])
  await api.send('POST', '/api/v1/auth/login', { ...ADMIN, name: 'vera' })
  await page.goto('/')
  const navigation = page.getByRole('navigation').first()
  await expect(navigation.getByRole('link', { name: 'Alerts' })).toBeVisible()
  for (const name of ['People', 'Sites', 'Audit log', 'System']) {
    await expect(navigation.getByRole('link', { name, exact: true })).toHaveCount(0)
  }
  for (const path of ['/people', '/sites', '/audit', '/system', '/sites/main']) {
    await page.goto(path)
    await expect(page.getByText('This is not for your role')).toBeVisible()
  }
  await accessible(page)
  await page.goto('/account')
  await expect(page.getByText('No tokens')).toBeVisible()
})

test('in Vietnamese, on a phone', async ({ page, api }) => {
  await page.setViewportSize(PHONE)
  await api.signIn()
  await page.addInitScript(() => localStorage.setItem('camtally.language', 'vi'))
  for (const [path, text, name] of [
    ['/people', 'Người dùng mới', 'people-phone-vi'],
    ['/account', 'Thiết lập ứng dụng', 'account-phone-vi'],
  ] as const) {
    await page.goto(path)
    await expect(page.getByRole('button', { name: text })).toBeVisible()
    await accessible(page)
    const isWide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
    expect(isWide, `${path} is wider than the phone`).toBe(false)
    await picture(page, name)
  }
})
