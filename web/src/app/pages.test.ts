import { existsSync, readdirSync, readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

const pages = new URL('../pages/', import.meta.url)
const table = readFileSync(new URL('pages.ts', import.meta.url), 'utf8')

it.each(readdirSync(pages))('%s can be reached', (area) => {
  const isPage = ['index.ts', 'index.tsx'].some((file) => existsSync(new URL(`${area}/${file}`, pages)))
  if (isPage) expect(table).toContain(`'@/pages/${area}'`)
})
