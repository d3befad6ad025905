import { readdirSync, readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { chosenLanguage } from './i18n'

it('takes the choice before the browser, and English when neither is known', () => {
  expect(chosenLanguage('vi', ['en-GB'])).toBe('vi')
  expect(chosenLanguage(null, ['de-DE', 'vi-VN', 'en'])).toBe('vi')
  expect(chosenLanguage('xx', ['fr'])).toBe('en')
})

const folder = new URL('../locales/', import.meta.url)
interface Texts {
  [key: string]: string | Texts
}
const texts = (language: string, area: string) =>
  JSON.parse(readFileSync(new URL(`${language}/${area}`, folder), 'utf8')) as Texts

/** Every key with the names that its text puts in. Languages have other plural forms, so those are left out of the key. */
function keys(value: Texts, path = ''): Map<string, string> {
  const all = new Map<string, string>()
  for (const [key, text] of Object.entries(value)) {
    if (typeof text === 'object')
      for (const [name, slots] of keys(text, `${path}${key}.`)) all.set(name, slots)
    else {
      const slots = [...text.matchAll(/{{\s*(\w+)/g)].map((match) => match[1] ?? '')
      const name = `${path}${key}`.replace(/_(zero|one|two|few|many|other)$/, '')
      const sorted = [...new Set(slots.filter((slot) => slot !== 'count'))].sort().join(' ')
      all.set(name, sorted)
    }
  }
  return all
}

it.each(readdirSync(new URL('en/', folder)))('%s says the same in both languages', (area) => {
  const [english, vietnamese] = [keys(texts('en', area)), keys(texts('vi', area))]
  expect([...vietnamese].sort()).toEqual([...english].sort())
})
