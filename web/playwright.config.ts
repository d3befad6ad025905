import { defineConfig } from '@playwright/test'

/** What is measured depends on what else the machine does: run it alone, with `npm run measure`. */
const measured = /@measured/

/** The browser of the system; it is never downloaded. */
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium'

export default defineConfig({
  testDir: 'e2e',
  // Each test has a server of its own, which counts a video.
  workers: 1,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: [['list']],
  testMatch: '*.spec.ts',
  ...(process.env.MEASURE ? { grep: measured } : { grepInvert: measured }),
  // A machine that does much else at the same time is slow now and then.
  retries: process.env.CI ? 1 : 0,
  use: {
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    trace: 'retain-on-failure',
    launchOptions: { executablePath: chromium, args: ['--no-sandbox'] },
  },
})
