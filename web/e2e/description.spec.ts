import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

import { expect, test } from './support'

test('the client is made from what the program describes', async ({ program, page }) => {
  const answer = await page.request.get(`${program.url}/api/v1/openapi.json`)
  const kept = JSON.parse(readFileSync(resolve(import.meta.dirname, '../openapi.json'), 'utf8')) as unknown
  expect(kept, 'camtally openapi > web/openapi.json').toEqual(await answer.json())
})
