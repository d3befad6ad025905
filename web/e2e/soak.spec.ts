import type { Page } from '@playwright/test'

import { expect, test } from './support'

const CAMERAS = 50
const EVENTS_PER_SECOND = 200
/** How often events are sent, in milliseconds. */
const EVERY_MS = 50
/** Ten minutes is what the page has to stand; a minute shows whether it could. */
const SECONDS = Number(process.env.SOAK_SECONDS ?? 60)
const LEAST_FRAMES = 50
/** How much larger the memory may be at the end than after the first quarter. */
const GROWTH = 1.15

const camera = (number: number) => ({
  id: `camera-${number}`,
  name: `Camera ${number}`,
  site: 'main',
  started: true,
  provisioned: false,
  pictures: 'everyone',
  blurred: false,
  recordings: false,
  shows_pictures: true,
  rules_version: 1,
  version: 1,
  created: '2026-01-01T00:00:00Z',
  changed: '2026-01-01T00:00:00Z',
  state: 'counting',
  last_frame: new Date().toISOString(),
  frames: 1000,
  shed: 0,
  still: 0,
  fixtures: 0,
  lines: [{ name: 'door', points: [[0.1, 0.5], [0.9, 0.5]], forward: 'in', backward: 'out' }], // prettier-ignore
  zones: [],
})

test(`${CAMERAS} cameras and ${EVENTS_PER_SECOND} events a second @measured`, async ({
  api,
  page,
  program,
}) => {
  test.setTimeout(SECONDS * 1_000 + 120_000)
  await api.signIn()
  await api.camera('real')
  const still = await picture(page, program.url)
  const cameras = Array.from({ length: CAMERAS }, (_, number) => camera(number))
  await page.route(/\/api\/v1\/cameras\?/, (route) =>
    route.fulfill({ json: { site: 'Town hall', time_zone: 'Europe/Berlin', cameras, next: null } }),
  )
  await page.route(/\/live\.mjpeg$/, (route) =>
    route.fulfill({ contentType: 'multipart/x-mixed-replace; boundary=frame', body: still }),
  )
  let sent = 0
  await page.routeWebSocket(/\/api\/v1\/live/, (socket) => {
    const timer = setInterval(() => {
      for (let one = 0; one < (EVENTS_PER_SECOND * EVERY_MS) / 1_000; one += 1) {
        sent += 1
        socket.send(JSON.stringify({ id: `${sent}`, kind: 'crossing', event: event(sent) }))
      }
    }, EVERY_MS)
    socket.onClose(() => clearInterval(timer))
  })

  await page.goto(program.url)
  await expect(page.getByRole('link', { name: 'Camera 1', exact: true })).toBeVisible()
  const memory: number[] = []
  const frames: number[] = []
  const steps = Math.max(8, Math.round(SECONDS / 15))
  const devtools = await page.context().newCDPSession(page)
  for (let step = 0; step < steps; step += 1) {
    frames.push(await framesPerSecond(page, (SECONDS * 1_000) / steps))
    await devtools.send('HeapProfiler.collectGarbage')
    const { usedSize } = await devtools.send('Runtime.getHeapUsage')
    memory.push(Math.round(usedSize / 1_000))
  }
  const nodes = await page.evaluate(() => document.querySelectorAll('*').length)
  const median = frames.toSorted((a, b) => a - b)[Math.floor(frames.length / 2)] ?? 0
  console.log(JSON.stringify({ seconds: SECONDS, sent, median, frames, memory_kb: memory, nodes }))

  expect(sent).toBeGreaterThan(SECONDS * EVENTS_PER_SECOND * 0.8)
  await expect(page.getByText(/\d+ events in the last minute/)).toBeVisible()
  const early = memory[Math.floor(steps / 4)] ?? 0
  expect(memory.at(-1), 'the memory is flat').toBeLessThan(early * GROWTH)
  expect(median).toBeGreaterThanOrEqual(LEAST_FRAMES)
})

const event = (number: number) => ({
  id: `00000000-0000-0000-0000-${number.toString().padStart(12, '0')}`,
  kind: 'crossing',
  camera: `camera-${number % CAMERAS}`,
  rule: 'door',
  rule_version: 1,
  direction: number % 2 === 0 ? 'forward' : 'backward',
  class: 'person',
  confidence: 0.8,
  stream_time_s: number,
  time: new Date().toISOString(),
  inferred: false,
  track: number,
})

/** One part of a stream of pictures, taken from the real camera. */
async function picture(page: Page, url: string): Promise<Buffer> {
  await expect
    .poll(async () => (await page.request.get(`${url}/api/v1/cameras/real/still`)).status(), {
      timeout: 60_000,
    })
    .toBe(200)
  const still = await (await page.request.get(`${url}/api/v1/cameras/real/still`)).body()
  const head = `--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${still.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), still, Buffer.from('\r\n')])
}

/** How many frames the page draws in a second, over a while. */
async function framesPerSecond(page: Page, milliseconds: number): Promise<number> {
  return await page.evaluate(
    (length) =>
      new Promise<number>((done) => {
        const begun = performance.now()
        let count = 0
        const frame = (now: number) => {
          count += 1
          if (now - begun < length) requestAnimationFrame(frame)
          else done(Math.round((count / (now - begun)) * 10_000) / 10)
        }
        requestAnimationFrame(frame)
      }),
    milliseconds,
  )
}
