import type { Locator, Page } from '@playwright/test'

import { accessible, ADMIN, expect, picture, SAMPLE, test } from './support'

/** Nobody should need longer, and nobody should have to read. */
const THREE_MINUTES = 180_000

test('from the printed link to the first count in under three minutes', async ({ page, program }) => {
  test.setTimeout(240_000)
  const begun = Date.now()
  await page.goto(program.link)
  await page.getByLabel('Your name').fill(ADMIN.name)
  await page.getByLabel('Password').fill(ADMIN.password)
  await accessible(page)
  await picture(page, 'set-up')
  await page.getByRole('button', { name: 'Create administrator' }).click()

  const first = page.getByRole('link', { name: 'Add your first camera' })
  await expect(first).toBeVisible()
  await accessible(page)
  await picture(page, 'live-empty')
  await first.click()

  await page.getByRole('textbox', { name: 'Address' }).fill(SAMPLE)
  await page.getByRole('button', { name: 'Test' }).click()
  await expect(page.getByText('It is seen.')).toBeVisible()
  await expect(page.getByRole('img', { name: 'Picture of the camera' })).toBeVisible()
  await page.getByRole('textbox', { name: 'Name' }).fill('Square')
  await accessible(page)
  await picture(page, 'camera-new')
  await page.getByRole('button', { name: 'Add and draw a line' }).click()

  const board = page.getByRole('application')
  await expect(board).toHaveAttribute('data-tool', 'line')
  await drag(page, board, [0.75, 0.26], [0.675, 0.75])
  await expect(page.getByText('counts as “in”')).toBeVisible()
  await page.getByRole('button', { name: 'Save' }).click()

  await expect(page).toHaveURL(/\/live\/square$/)
  await counted(page)
  expect(Date.now() - begun).toBeLessThan(THREE_MINUTES)
})

test('the whole first run by keyboard alone', async ({ page, program }) => {
  test.setTimeout(240_000)
  const { keyboard } = page
  const press = async (key: string, times = 1) => {
    for (let time = 0; time < times; time += 1) await keyboard.press(key)
  }
  await page.goto(program.link)
  await expect(page.getByLabel('Your name')).toBeFocused()
  await keyboard.type(ADMIN.name)
  await press('Tab', 2)
  await keyboard.type(ADMIN.password)
  await press('Enter')

  await goTo(page, page.getByRole('link', { name: 'Add your first camera' }))
  await press('Enter')
  await goTo(page, page.getByRole('textbox', { name: 'Address' }))
  await keyboard.type(SAMPLE)
  await press('Enter')
  await expect(page.getByRole('textbox', { name: 'Name' })).toBeFocused()
  await keyboard.type('Square')
  await press('Enter')

  // The cross begins at 25 % and 55 %: it goes to the right, and up.
  const board = page.getByRole('application')
  await goTo(page, board)
  await press('Shift+ArrowRight', 10)
  await press('Shift+ArrowUp', 6)
  await press('Enter')
  await press('ArrowLeft', 8)
  await press('Shift+ArrowDown', 10)
  await press('Enter')
  await press('Enter')
  await expect(board).toHaveAttribute('data-tool', 'choose')
  await expect(page.getByText('counts as “in”')).toBeVisible()

  await goTo(page, page.getByRole('button', { name: 'Save' }), 'Shift+Tab')
  await press('Enter')
  await expect(page).toHaveURL(/\/live\/square$/)
  await counted(page)
})

/** Waits until somebody was counted at the only line. */
async function counted(page: Page) {
  const counts = page.getByRole('table', { name: 'Counts today' }).getByRole('cell')
  const sum = async () => {
    const texts = await counts.allInnerTexts()
    return texts.reduce((all, text) => all + (Number.parseInt(text, 10) || 0), 0)
  }
  await expect.poll(sum, { timeout: 90_000 }).toBeGreaterThan(0)
}

/** Presses Tab until something has the focus. */
async function goTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab') {
  await target.waitFor()
  for (let times = 0; times < 60; times += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press(key)
  }
  throw new Error('the keyboard does not get there')
}

async function drag(page: Page, board: Locator, from: [number, number], to: [number, number]) {
  const box = await board.boundingBox()
  if (!box) throw new Error('there is nothing to draw on')
  const at = ([x, y]: [number, number]) => [box.x + box.width * x, box.y + box.height * y] as const
  await page.mouse.move(...at(from))
  await page.mouse.down()
  await page.mouse.move(...at(to), { steps: 8 })
  await page.mouse.up()
}
