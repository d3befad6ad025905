import type { Locator, Page } from '@playwright/test'

import { accessible, expect, picture, PHONE, test } from './support'

type Place = readonly [number, number]

async function at(board: Locator, [x, y]: Place): Promise<Place> {
  const box = await board.boundingBox()
  if (!box) throw new Error('there is nothing to draw on')
  return [box.x + box.width * x, box.y + box.height * y]
}

async function press(page: Page, board: Locator, ...places: Place[]) {
  for (const place of places) await page.mouse.click(...(await at(board, place)))
}

test.beforeEach(async ({ api }) => {
  await api.signIn()
  await api.camera('square', { rules: {} })
})

test('a line and a zone are drawn, tried, saved, and put back', async ({ page, program }) => {
  await page.goto(`${program.url}/cameras/square/rules`)
  const board = page.getByRole('application')
  await expect(board).toHaveAttribute('data-tool', 'line')

  // A line with a bend: the last corner is pressed twice.
  await press(page, board, [0.75, 0.26], [0.7, 0.5], [0.675, 0.75], [0.675, 0.75])
  await expect(board).toHaveAttribute('data-tool', 'choose')
  await page.getByRole('textbox', { name: 'Name' }).fill('gate')
  await expect(page.getByText('to the left on the picture counts as “in”')).toBeVisible()
  await page.getByRole('button', { name: 'Turn around' }).click()
  await expect(page.getByText('to the right on the picture counts as “in”')).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByText('to the left on the picture counts as “in”')).toBeVisible()
  await page.getByRole('button', { name: 'Redo' }).click()
  await page.getByRole('button', { name: 'Undo' }).click()

  // A zone: pressing its first corner closes it.
  await page.getByRole('button', { name: 'Draw a zone' }).click()
  await press(page, board, [0.2, 0.5], [0.45, 0.5], [0.45, 0.75], [0.2, 0.75], [0.2, 0.5])
  await expect(page.getByRole('button', { name: 'Zone 1' })).toHaveAttribute('aria-pressed', 'true')

  const trial = page.getByRole('region', { name: 'Tried on the last ten minutes' })
  await expect(trial.getByRole('heading', { name: 'gate' })).toBeVisible({ timeout: 60_000 })
  await accessible(page)
  await picture(page, 'drawing')

  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page).toHaveURL(/\/live\/square$/)
  const counts = page.getByRole('table', { name: 'Counts today' })
  await expect(counts.getByRole('row', { name: /gate/ })).toBeVisible()
  await expect(counts.getByText(/[1-9]/).first()).toBeVisible({ timeout: 90_000 })

  // History: the set from before, which was empty, is put in force again; and that is undone.
  await page.getByRole('link', { name: 'Draw lines and zones' }).click()
  await page.getByRole('button', { name: 'Earlier versions' }).click()
  const versions = page.getByRole('dialog', { name: 'Earlier versions' })
  await versions.getByRole('button', { name: /Version 1/ }).click()
  await accessible(page)
  await picture(page, 'drawing-versions')
  await versions.getByRole('button', { name: 'Restore' }).click()
  await expect(page.getByText('Nothing is drawn yet.')).toBeVisible()
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByRole('button', { name: 'gate' })).toBeVisible()
})

test('what the server would refuse cannot be saved, and says why', async ({ page, program }) => {
  await page.goto(`${program.url}/cameras/square/rules`)
  const board = page.getByRole('application')
  await press(page, board, [0.2, 0.2], [0.6, 0.6], [0.6, 0.2], [0.2, 0.6], [0.2, 0.6])
  await expect(page.getByText('It must not cross itself.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Save' })).toBeDisabled()
})

test('corners are moved by mouse and by keyboard, and go where numbers say', async ({ page, program }) => {
  await page.goto(`${program.url}/cameras/square/rules`)
  const board = page.getByRole('application')
  await press(page, board, [0.3, 0.4], [0.7, 0.6], [0.7, 0.6])
  await page.mouse.move(...(await at(board, [0.7, 0.6])))
  await page.mouse.down()
  await page.mouse.move(...(await at(board, [0.8, 0.7])), { steps: 6 })
  await page.mouse.up()
  await page.getByText('2 corners as numbers').click()
  const x = page.getByRole('spinbutton', { name: 'Corner 2, % from left' })
  await expect(x).toHaveValue(/^(79\.|80)/)
  await board.focus()
  await page.keyboard.press(']')
  await page.keyboard.press(']')
  await page.keyboard.press('Shift+ArrowLeft')
  await expect(x).toHaveValue(/^(74\.|75)/)
  await x.fill('50')
  await page.keyboard.press('Tab')
  await board.focus()
  await page.keyboard.press('Control+z')
  await expect(x).toHaveValue(/^(74\.|75)/)
})

test.describe('by touch on a phone', () => {
  test.use({ hasTouch: true, viewport: PHONE })

  test('a line is drawn with the finger', async ({ page, program }) => {
    await page.goto(`${program.url}/cameras/square/rules`)
    const board = page.getByRole('application')
    await expect(board).toHaveAttribute('data-tool', 'line')
    await page.touchscreen.tap(...(await at(board, [0.75, 0.26])))
    await page.touchscreen.tap(...(await at(board, [0.67, 0.75])))
    await page.getByRole('button', { name: 'Finish' }).click()
    await expect(page.getByText('counts as “in”')).toBeVisible()
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(width, 'nothing stands out to the side').toBeLessThanOrEqual(PHONE.width)
    await board.scrollIntoViewIfNeeded()
    await picture(page, 'drawing-phone')
  })
})
