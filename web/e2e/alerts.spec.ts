import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { Page } from '@playwright/test'

import { Program } from './program'
import { accessible, ADMIN, expect, PHONE, picture, test as base } from './support'

interface Received {
  id: string
  timestamp: string
  signature: string
  body: string
}

/** A receiver of web hooks, as somebody's own program would be. */
class Receiver {
  readonly received: Received[] = []
  private readonly server: Server = createServer((asked, answer) => {
    let body = ''
    asked.on('data', (text: Buffer) => (body += text.toString()))
    asked.on('end', () => {
      const header = (name: string) => String(asked.headers[name])
      const id = header('webhook-id')
      this.received.push({
        id,
        timestamp: header('webhook-timestamp'),
        signature: header('webhook-signature'),
        body,
      })
      answer.writeHead(204).end()
    })
  })

  async listen() {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done))
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`
  }

  of(type: string) {
    return this.received.filter(({ body }) => (JSON.parse(body) as { type: string }).type === type)
  }

  close() {
    this.server.closeAllConnections()
    this.server.close()
  }
}

const test = base.extend<{ receiver: Receiver }>({
  // eslint-disable-next-line no-empty-pattern
  program: async ({}, use) => {
    const program = await Program.started('[egress]\nallow = ["127.0.0.0/8"]')
    await use(program)
    await program.close()
  },
  // eslint-disable-next-line no-empty-pattern
  receiver: async ({}, use) => {
    const receiver = new Receiver()
    await use(receiver)
    receiver.close()
  },
})

async function choose(page: Page, field: string, option: string | RegExp) {
  await page.getByRole('button', { name: new RegExp(`${field}$`) }).click()
  await page.getByRole('option', { name: option }).click()
  await page.keyboard.press('Escape')
}

test('a rule, its alert, and everybody who is told', async ({ page, api, receiver }) => {
  test.setTimeout(240_000)
  await api.signIn()
  await api.camera()
  const address = await receiver.listen()

  // A channel: its secret is shown once, and a test arrives, signed with it.
  await page.goto('/alerts?tab=channels')
  await expect(page.getByText('No channels yet')).toBeVisible()
  await page.getByRole('link', { name: 'New channel' }).first().click()
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Give it a name of 1 to 100 characters.')).toBeVisible()
  await page.getByRole('textbox', { name: 'Name' }).fill('Shop display')
  await page.getByRole('textbox', { name: 'Address' }).fill(address)
  await accessible(page)
  await page.getByRole('button', { name: 'Save' }).click()
  const dialog = page.getByRole('alertdialog')
  const secret = (await dialog.locator('code').textContent()) ?? ''
  expect(secret).toMatch(/^whsec_/)
  await dialog.getByRole('button', { name: 'I have copied it' }).click()
  await page.getByRole('button', { name: 'Send a test to Shop display' }).click()
  await expect(page.getByText('The test has arrived.')).toBeVisible()
  const [sent] = receiver.of('test')
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signed = `${sent?.id}.${sent?.timestamp}.${sent?.body}`
  expect(sent?.signature).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
  await accessible(page)
  await picture(page, 'alerts-channels')

  // A rule, described in words while it is made.
  await page.goto('/alerts?tab=rules')
  await expect(page.getByText('No rules yet')).toBeVisible()
  await accessible(page)
  await page.getByRole('link', { name: /Too many inside/ }).click()
  await expect(page.getByRole('textbox', { name: 'Name' })).toHaveValue('Too many inside')
  await choose(page, 'Where', 'junction (Square)')
  await page.getByRole('textbox', { name: 'Over again at' }).fill('9')
  await page.getByRole('textbox', { name: 'Limit', exact: true }).fill('0')
  await page.getByRole('textbox', { name: 'Must hold for' }).fill('0')
  await choose(page, 'At once', 'Shop display')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('A number that is at most the limit.')).toBeVisible()
  await page.getByRole('textbox', { name: 'Over again at' }).fill('')
  await expect(page.getByText('More than 0 in zone junction of Square')).toBeVisible()
  await page.getByRole('button', { name: 'Add quiet hours' }).click()
  await expect(page.getByText('Quiet: every day, 22:00–07:00')).toBeVisible()
  await page.getByRole('button', { name: 'Remove quiet hours 1' }).click()
  await page.getByRole('button', { name: 'Add a step' }).click()
  await choose(page, 'Who else is told', 'Shop display')
  await expect(page.getByText(/After 15 mins? without acknowledgement: Shop display/)).toBeVisible()
  await accessible(page)
  await picture(page, 'alerts-rule')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('link', { name: 'Too many inside', exact: true })).toBeVisible()
  await accessible(page)
  await picture(page, 'alerts-rules')

  // The alert, and what is done with it.
  await page.getByRole('tab', { name: 'Alerts' }).click()
  const alert = page.getByRole('article', { name: 'Too many inside' })
  await expect(alert).toBeVisible({ timeout: 90_000 })
  await expect(alert.getByText(/in zone junction of Square, more than 0\./)).toBeVisible()
  await expect(alert.getByText('Told: Shop display')).toBeVisible()
  await expect(alert.getByText(/If nobody acknowledges it: Shop display/)).toBeVisible()
  await expect.poll(() => receiver.of('alert.fired').length).toBe(1)
  await accessible(page)
  await picture(page, 'alerts')
  await alert.getByRole('button', { name: 'Silence' }).click()
  await page.getByRole('menuitem', { name: /^For 1 h/ }).click()
  await expect(alert.getByText(/Silenced until/)).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(alert.getByText(/Silenced until/)).toBeHidden()
  await alert.getByRole('button', { name: 'Acknowledge' }).click()
  await expect(alert.getByText(`${ADMIN.name} takes care of it`)).toBeVisible()
  await expect(alert.getByText(/If nobody acknowledges it/)).toBeHidden()
  await alert.getByRole('button', { name: 'Resolve' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Resolve' }).click()
  await expect(page.getByRole('table', { name: 'Earlier' }).getByText(`by ${ADMIN.name}`)).toBeVisible()

  await page.getByRole('tab', { name: 'Deliveries' }).click()
  const deliveries = page.getByRole('table', { name: 'Deliveries' })
  await expect(deliveries.getByText('Alert began')).toBeVisible()
  await expect(deliveries.getByText('Delivered').first()).toBeVisible()
  await accessible(page)
  await picture(page, 'alerts-deliveries')
})

const RULE = {
  name: 'Camera gone',
  site: 'main',
  severity: 'critical',
  condition: { kind: 'offline', cameras: [] },
  hold_s: 120,
}

test('a rule that somebody else has changed, and one that is deleted by mistake', async ({
  page,
  api,
  allowed,
}) => {
  allowed.push(/status of 412/)
  await api.signIn()
  const made = await api.send('POST', '/api/v1/alert-rules', RULE)
  const path = `/api/v1/alert-rules/${String(made.id)}`
  await page.goto(`/alerts/rules/${String(made.id)}`)
  await page.getByRole('textbox', { name: 'Name' }).fill('Camera offline')
  await api.send('PUT', path, { ...RULE, name: 'Camera lost' }, { 'If-Match': '*' })
  await page.getByRole('button', { name: 'Save' }).click()
  const conflict = page.getByRole('alertdialog')
  await expect(conflict.getByText('Camera lost')).toBeVisible()
  await accessible(page)
  await conflict.getByRole('button', { name: 'Save mine over it' }).click()
  await expect(page.getByRole('link', { name: 'Camera offline', exact: true })).toBeVisible()

  await page.getByRole('button', { name: 'Delete Camera offline' }).click()
  await expect(page.getByText('No rules yet')).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByRole('link', { name: 'Camera offline', exact: true })).toBeVisible()
  await page.getByRole('switch', { name: 'Camera offline is in force' }).click({ force: true })
  await expect(page.getByText('Off', { exact: true })).toBeVisible()
})

test('a channel whose receiver is away, and is deleted by its name', async ({ page, api }) => {
  await api.signIn()
  const receiver = { kind: 'web_hook', url: 'http://127.0.0.1:9/hook' }
  await api.send('POST', '/api/v1/channels', { name: 'Pager', site: 'main', receiver })
  await page.goto('/alerts?tab=channels')
  await page.getByRole('button', { name: 'Send a test to Pager' }).click()
  await expect(page.getByText(/The test has not arrived/)).toBeVisible()
  await page.getByRole('button', { name: 'Delete Pager' }).click()
  const dialog = page.getByRole('alertdialog')
  await expect(dialog.getByRole('button', { name: 'Delete the channel' })).toBeDisabled()
  await dialog.getByRole('textbox').fill('Pager')
  await dialog.getByRole('button', { name: 'Delete the channel' }).click()
  await expect(page.getByText('No channels yet')).toBeVisible()
})

test('a viewer sees alerts and rules, and changes nothing', async ({ page, api }) => {
  await api.signIn()
  await api.send('POST', '/api/v1/alert-rules', RULE)
  await api.user('vera', ['viewer'])
  await api.send('POST', '/api/v1/auth/login', { ...ADMIN, name: 'vera' })
  await page.goto('/alerts?tab=rules')
  await expect(page.getByRole('link', { name: 'Camera gone', exact: true })).toBeVisible()
  await expect(page.getByRole('link', { name: 'New rule' })).toBeHidden()
  await expect(page.getByRole('tab', { name: 'Channels' })).toBeHidden()
  await expect(page.getByRole('switch')).toHaveCount(0)
  await page.goto('/alerts/channels/new')
  await expect(page.getByText('This is not for your role')).toBeVisible()
})

test('in Vietnamese, on a phone', async ({ page, api }) => {
  await page.setViewportSize(PHONE)
  await api.signIn()
  await api.send('POST', '/api/v1/alert-rules', RULE)
  await page.addInitScript(() => localStorage.setItem('camtally.language', 'vi'))
  await page.goto('/alerts?tab=rules')
  await expect(page.getByText('Camera không có hình: bất kỳ camera nào của địa điểm')).toBeVisible()
  await accessible(page)
  await picture(page, 'alerts-rules-phone-vi')
  await page.getByRole('link', { name: 'Camera gone', exact: true }).click()
  await expect(page.getByText('Bắt đầu khi đã kéo dài 2 phút')).toBeVisible()
  await accessible(page)
  const isWide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
  expect(isWide, 'wider than the phone').toBe(false)
})
