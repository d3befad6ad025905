import i18next, { type TFunction } from 'i18next'
import { beforeAll, describe, expect, it } from 'vitest'

import en from '@/locales/en/alerts.json'
import vi from '@/locales/vi/alerts.json'

import { begins, noticed, quietInWords, tells, type Words } from './describe'
import { summaryInWords } from './summary'
import type { Condition, Rule } from './types'

let english: TFunction<'alerts'>
let vietnamese: TFunction<'alerts'>

beforeAll(async () => {
  const texts = {
    resources: { en: { alerts: en }, vi: { alerts: vi } },
    interpolation: { escapeValue: false },
  }
  const instance = i18next.createInstance()
  await instance.init({ ...texts, lng: 'en' })
  english = instance.getFixedT('en', 'alerts')
  vietnamese = instance.getFixedT('vi', 'alerts')
})

const words = (): Words => ({
  t: english,
  language: 'en',
  camera: (id) => ({ a: 'Entrance' })[id] ?? id,
  channel: (id) => ({ x: 'Shop', y: 'Boss' })[id] ?? 'a deleted channel',
})

const queue: Condition = {
  kind: 'occupancy',
  place: { of: 'zone', camera: 'a', zone: 'queue' },
  threshold: { side: 'above', limit: 10, clear: 8 },
}

const rule = (change: Partial<Rule>): Rule => ({
  name: 'r',
  site: 'main',
  severity: 'info',
  condition: queue,
  ...change,
})

describe('a rule in words', () => {
  it('says what is noticed', () => {
    expect(noticed(queue, words())).toBe('More than 10 in zone queue of Entrance')
    expect(noticed({ kind: 'offline', cameras: [] }, words())).toBe(
      'A camera gives no pictures: any of the site',
    )
    const counted = { cameras: [], lines: ['door'], classes: [], directions: ['forward'] }
    const count: Condition = {
      kind: 'count',
      counted,
      window_min: 90,
      threshold: { side: 'below', limit: 1 },
    }
    expect(noticed(count, words())).toBe('Fewer than 1 counted in 1 hr 30 min. Only: door and forward')
  })

  it('says when it begins and ends', () => {
    expect(begins(rule({ hold_s: 60, clear_s: 120 }), words())).toEqual([
      'Begins when that has held for 1 min',
      'Ends at 8 or fewer, for 2 min',
    ])
    expect(begins(rule({ condition: { kind: 'frozen', cameras: [] } }), words())).toEqual([
      'Begins at once',
      'Ends as soon as it is over',
    ])
  })

  it('says who is told', () => {
    const escalation = [{ after_s: 900, channels: ['y', 'z'] }]
    expect(tells(rule({ channels: ['x'], escalation }), words())).toEqual([
      'Tells Shop',
      'After 15 min without acknowledgement: Boss and a deleted channel',
      'Tells them when it is over',
    ])
    expect(tells(rule({}), words())).toEqual(['Tells nobody; it is only listed'])
  })

  it('says when it is quiet, in the language of the page', () => {
    const night = { days: ['friday', 'saturday', 'monday'] as const, from: '22:00', until: '07:00' }
    const sunday = { days: ['sunday'] as const, from: '00:00', until: '00:00' }
    expect(quietInWords([night, sunday], { t: english, language: 'en' })).toBe(
      'Mon, Fri–Sat, 22:00–07:00 and Sun, the whole day',
    )
    expect(quietInWords([{ from: '22:00', until: '07:00' }], { t: vietnamese, language: 'vi' })).toBe(
      'mỗi ngày, 22:00–07:00',
    )
  })
})

describe('summaryInWords', () => {
  const camera = (id: string) => (id === 'a' ? 'Entrance' : id)

  it.each([
    ['12 are at the site, more than 10.', 'Có 12 tại địa điểm, nhiều hơn 10.'],
    ['3 are in zone `queue` of camera `a`, fewer than 4.', 'Có 3 trong vùng queue của Entrance, ít hơn 4.'],
    ['7 were counted in 15 minutes, more than 5.', 'Đã đếm 7 trong 15 phút, nhiều hơn 5.'],
    ['Camera `a` gives no pictures: nothing is counted.', 'Entrance không có hình: không đếm được gì.'],
    [
      'Camera `b` gives the same picture again and again: nothing is counted.',
      'b lặp lại mãi một hình: không đếm được gì.',
    ],
    [
      'The last hour is 6.3 deviations from the same hours of 8 weeks.',
      'Giờ vừa qua lệch 6,3 độ lệch so với cùng giờ của 8 tuần.',
    ],
    ['Something else.', 'Something else.'],
  ])('%s', (summary, expected) => {
    expect(summaryInWords(summary, vietnamese, 'vi', camera)).toBe(expected)
  })
})
