import { readFileSync } from 'node:fs'

import { accessible, expect, picture, PHONE, test } from './support'

import type { Page } from '@playwright/test'

test.use({ more: '[[site.entrance]]\ncamera = "square"\nline = "middle"' })

/** The biggest number of the page: what was counted in the whole period. */
const total = (page: Page) => page.locator('dl').first().locator('dd strong').first()

async function counted(page: Page) {
  await expect(total(page)).toHaveText(/[1-9]/, { timeout: 90_000 })
}

test.describe('history', () => {
  test.beforeEach(async ({ api, page }) => {
    await api.signIn()
    await api.camera()
    await page.goto('/history?period=last_24_hours')
    await counted(page)
  })

  test('shows counts with how much was watched, by the clock of the site', async ({ page }) => {
    await expect(page.getByText(/Times in Europe\/Berlin/)).toBeVisible()
    // Most of the day nobody looked: that is said, and hatched.
    await expect(page.getByText(/not watched: /).first()).toBeVisible()
    await expect(page.getByText('Not watched').first()).toBeVisible()
    await expect(page.locator('canvas')).toBeVisible()
    await page.getByRole('button', { name: 'Show as a table' }).click()
    const table = page.getByRole('table', { name: 'Crossings, as a table' })
    await expect(table.getByRole('row').filter({ hasText: 'not watched' }).first()).toContainText('–')
    await accessible(page)
    await picture(page, 'history-counts')
  })

  test('is split, compared and read with the keyboard', async ({ page }) => {
    await page.goto('/history?period=last_24_hours&group=direction&compare=week')
    await counted(page)
    await expect(page.getByText(/cannot be compared with the week before/)).toBeVisible()
    const chart = page.getByRole('slider', { name: /^Crossings: chart/ })
    await chart.focus()
    await page.keyboard.press('End')
    await expect(chart).toHaveAttribute('aria-valuetext', /in: \d+; out: \d+/)
    await page.keyboard.press('Home')
    await expect(chart).toHaveAttribute('aria-valuetext', /no number.*not watched/)
  })

  test('its address holds the whole view', async ({ page }) => {
    await page.getByRole('button', { name: /Not split/ }).click()
    await page.getByRole('option', { name: 'By line or zone' }).click()
    await expect(page).toHaveURL(/group=rule/)
    await page.getByRole('tab', { name: 'Events' }).click()
    await expect(page).toHaveURL(/show=events/)
    await page.goBack()
    await expect(page.getByRole('tab', { name: 'Counts' })).toHaveAttribute('aria-selected', 'true')
    await page.reload()
    await expect(page.getByRole('button', { name: /By line or zone/ })).toBeVisible()
  })

  test('takes any period', async ({ page }) => {
    await page.getByRole('button', { name: 'Last 24 hours' }).click()
    await page.getByLabel('From').fill('2026-01-02T08:00')
    await page.getByLabel('Until').fill('2026-01-01T08:00')
    await expect(page.getByText('It must end after it begins.')).toBeVisible()
    await page.getByLabel('Until').fill('2026-01-03T00:00')
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await expect(page).toHaveURL(/from=2026-01-02T08%3A00&until=2026-01-03/)
    await expect(page.getByText(/No camera was watched in this period/)).toBeVisible()
    await accessible(page)
  })

  test('shows hours of the week, places, how many were inside, stays and queues', async ({ page }) => {
    await page.getByRole('tab', { name: 'Hours of the week' }).click()
    await expect(page.getByRole('rowheader', { name: 'Mon' })).toBeVisible()
    await expect(page.getByText('The period is shorter than a week.')).toBeVisible()
    await accessible(page)
    await picture(page, 'history-week')

    await page.getByRole('tab', { name: 'Where people walk' }).click()
    await expect(
      page.getByRole('img', { name: /^Heat map of Square/ }).or(page.getByText('Nobody was seen here')),
    ).toBeVisible()
    await accessible(page)
    await picture(page, 'history-places')

    await page.getByRole('tab', { name: 'Inside', exact: true }).click()
    await expect(page.getByText(/Now \d+ (person|people)/)).toBeVisible()
    await accessible(page)
    await picture(page, 'history-inside')

    await page.getByRole('tab', { name: 'Stays and queues' }).click()
    await expect(page.getByRole('heading', { name: 'How long the queue is' })).toBeVisible()
    await accessible(page)
    await picture(page, 'history-zones')
  })

  test('lists events page by page', async ({ page }) => {
    await page.getByRole('tab', { name: 'Events' }).click()
    const table = page.getByRole('table', { name: 'Events' })
    await expect(table.getByText(/Crossing (in|out)/).first()).toBeVisible({ timeout: 60_000 })
    await page.getByRole('button', { name: /All events/ }).click()
    await page.getByRole('option', { name: 'Crossing' }).click()
    await page.keyboard.press('Escape')
    await expect(page).toHaveURL(/kinds=crossing/)
    await expect(table.getByText('Entered a zone')).toHaveCount(0)
    await accessible(page)
    await picture(page, 'history-events')
  })

  test('exports what it shows', async ({ page }) => {
    await page.getByRole('button', { name: 'Export' }).click()
    await accessible(page)
    const coming = page.waitForEvent('download')
    await page.getByRole('dialog').getByRole('button', { name: 'Export' }).click()
    const file = await coming
    expect(file.suggestedFilename()).toBe('camtally-counts.csv')
    const text = readFileSync(await file.path(), 'utf8')
    expect(text.split('\n')[0]).toContain('from,until,count,observed_s')
    expect(text.trim().split('\n').length).toBeGreaterThan(20)
  })

  test('saves a view, renames it, deletes it, and takes that back', async ({ page }) => {
    const views = page.getByRole('dialog', { name: 'Saved views' })
    await page.getByRole('button', { name: 'Saved views' }).click()
    await views.getByLabel('Name').fill('Every day')
    await views.getByRole('button', { name: 'Save the view' }).click()
    await expect(views.getByRole('button', { name: 'Every day', exact: true })).toBeVisible()
    await views.getByRole('button', { name: 'Rename “Every day”' }).click()
    await views.getByLabel('Name').first().fill('Each morning')
    await views.getByRole('button', { name: 'Save', exact: true }).click()
    await expect(views.getByRole('button', { name: 'Each morning', exact: true })).toBeVisible()
    await accessible(page)
    await picture(page, 'history-saved')
    await views.getByRole('button', { name: 'Delete “Each morning”' }).click()
    await expect(views.getByText('No view is saved yet')).toBeVisible()
    await views.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.goto('/history')
    await page.getByRole('button', { name: 'Saved views' }).click()
    await views.getByRole('button', { name: 'Each morning', exact: true }).click()
    await expect(page).toHaveURL(/period=last_24_hours/)
  })

  test('prints a report that says what was not watched', async ({ page }) => {
    await page.getByRole('button', { name: 'Report' }).click()
    await expect(page.getByRole('heading', { name: 'By line' })).toBeVisible()
    await expect(page.getByText(/Hatched time was not watched/)).toBeVisible()
    await accessible(page)
    await picture(page, 'report')
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    await expect(page.getByRole('navigation').first()).toBeHidden()
    await expect(page.getByRole('button', { name: 'Print' })).toBeHidden()
    const paper = page.getByRole('article')
    const ground = await paper.evaluate((element) => getComputedStyle(element).backgroundColor)
    expect(ground, 'paper is white, whatever the screen is').toBe('rgb(255, 255, 255)')
  })

  test('is whole on a phone, in Vietnamese and in the dark', async ({ page }) => {
    await page.setViewportSize(PHONE)
    await page.evaluate(() => localStorage.setItem('camtally.language', 'vi'))
    for (const show of ['counts', 'week', 'places', 'inside', 'zones', 'events']) {
      await page.goto(`/history?period=last_24_hours&show=${show}`)
      await expect(page.getByRole('heading', { level: 1, name: 'Lịch sử' })).toBeVisible()
      await expect(page.getByRole('tabpanel')).not.toBeEmpty()
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      expect(width, `${show} stands out to the side`).toBeLessThanOrEqual(PHONE.width)
    }
    await page.goto('/history?period=last_24_hours')
    await counted(page)
    await accessible(page)
    await page.emulateMedia({ colorScheme: 'dark' })
    await picture(page, 'history-phone-vietnamese-dark')
  })
})

test('says what to do where there is no camera yet', async ({ api, page }) => {
  await api.signIn()
  await page.goto('/history')
  await expect(page.getByText('There is no camera yet')).toBeVisible()
  await accessible(page)
})
