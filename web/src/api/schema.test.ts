import { readFileSync } from 'node:fs'

import openapiTS, { astToString } from 'openapi-typescript'
import { expect, it } from 'vitest'

const file = (path: string) => new URL(path, import.meta.url)

it('is made from the description of the API: `npm run types` makes it anew', async () => {
  const made = astToString(await openapiTS(file('../../openapi.json')))
  const kept = readFileSync(file('schema.ts'), 'utf8')
  // The command writes a remark above it.
  expect(kept.endsWith(made), 'schema.ts differs from openapi.json').toBe(true)
}, 60_000)
