import AxeBuilder from '@axe-core/playwright'
import { expect, test as base, type APIRequestContext, type Page } from '@playwright/test'
import { join, resolve } from 'node:path'

import { Program, SAMPLE } from './program'

export { expect, SAMPLE }

export const ADMIN = { name: 'anna', password: 'mossy-anvil-tundra-9' }

/** Asks the API as whoever the page has signed in as. */
export class Api {
  constructor(
    private readonly program: Program,
    private readonly page: Page,
  ) {}

  private async headers(more: Record<string, string> = {}) {
    const cookies = await this.page.context().cookies()
    const token = cookies.find(({ name }) => name === 'camtally_csrf')?.value
    return { ...(token ? { 'X-CSRF-Token': token } : {}), ...more }
  }

  async send(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    data?: unknown,
    headers?: Record<string, string>,
  ) {
    const request: APIRequestContext = this.page.request
    const answer = await request.fetch(`${this.program.url}${path}`, {
      method,
      ...(data === undefined ? {} : { data }),
      headers: await this.headers(headers),
    })
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`)
    return (answer.headers()['content-type'] ?? '').includes('json')
      ? ((await answer.json()) as Record<string, unknown>)
      : {}
  }

  /** Makes the first administrator, and signs in as them. */
  async signIn() {
    const link = this.program.link.split('#')[1]
    await this.send('POST', '/api/v1/auth/setup', { link, ...ADMIN })
    await this.send('POST', '/api/v1/auth/login', ADMIN)
  }

  /** Makes another user with these roles, who can sign in with the administrator's password. */
  async user(name: string, roles: string[]) {
    const made = await this.send('POST', '/api/v1/users', { name, roles })
    const link = String(made.link).split('#')[1]
    await this.send('POST', '/api/v1/auth/reset', { link, password: ADMIN.password })
  }

  /** Makes a camera of the sample video. */
  async camera(id = 'square', more: object = {}) {
    await this.send('POST', '/api/v1/cameras', {
      id,
      site: 'main',
      name: 'Square',
      address: SAMPLE,
      pictures: 'operators',
      rules: {
        line: [
          {
            name: 'middle',
            points: [[0.75, 0.26], [0.675, 0.75]], // prettier-ignore
            anchor: 'foot',
            names: { forward: 'in', backward: 'out' },
          },
        ],
        zone: [
          {
            name: 'junction',
            points: [[0.6, 0.36], [0.74, 0.36], [0.9, 0.48], [0.9, 0.82], [0.6, 0.64]], // prettier-ignore
            anchor: 'foot',
          },
        ],
      },
      ...more,
    })
  }
}

interface Fixtures {
  /** What its configuration says besides: `test.use({ more: '…' })`. */
  more: string
  program: Program
  api: Api
  /** What the console may say in this test, such as that a wrong password was refused. */
  allowed: RegExp[]
  /** Fails the test when the console says anything else that is wrong. */
  quiet: undefined
}

export const test = base.extend<Fixtures>({
  more: ['', { option: true }],
  program: async ({ more }, use) => {
    const program = await Program.started(more)
    await use(program)
    await program.close()
  },
  baseURL: async ({ program }, use) => use(program.url),
  api: async ({ program, page }, use) => use(new Api(program, page)),
  allowed: async ({}, use) => use([]), // eslint-disable-line no-empty-pattern
  quiet: [
    async ({ page, allowed }, use) => {
      const wrong: string[] = []
      page.on('pageerror', (error) => wrong.push(error.message))
      page.on('console', (message) => {
        if (message.type() !== 'error' && message.type() !== 'warning') return
        const text = `${message.text()} ${message.location().url}`
        if (!allowed.some((one) => one.test(text))) wrong.push(text)
      })
      await use(undefined)
      expect(wrong, 'the console says that something is wrong').toEqual([])
    },
    { auto: true },
  ],
})

/** Fails when axe finds anything that keeps people from using the page, in the light and in the dark. */
export async function accessible(page: Page) {
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'])
      .analyze()
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
    expect(found, `axe in the ${theme} theme at ${page.url()}`).toEqual([])
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null })
}

const IMAGES = resolve(import.meta.dirname, '../../docs/src/images/dashboard')

/** Makes a picture of the page for the guide, `name.jpg` under `docs/src/images/dashboard`, if the guide is to be updated. */
export async function picture(page: Page, name: string) {
  if (!process.env.CAMTALLY_UPDATE_DOCS) return
  await page.screenshot({
    path: join(IMAGES, `${name}.jpg`),
    type: 'jpeg',
    quality: 84,
    animations: 'disabled',
  })
}

/** The sizes that pages are looked at in. */
export const DESKTOP = { width: 1440, height: 900 }
export const PHONE = { width: 390, height: 844 }
