import { describe, expect, it } from 'vitest'

import type { Channel } from '../types'
import { addressesOf, channelDraft, channelErrors, channelOf } from './draft'

const receivers: Channel['receiver'][] = [
  { kind: 'web_hook', url: 'https://shop.example/hook', events: ['crossing'] },
  { kind: 'email', to: ['ann@example.org', 'ben@example.org'] },
  { kind: 'mqtt' },
  { kind: 'slack' },
  { kind: 'teams' },
  { kind: 'telegram', chat: '@shop', api: 'https://api.telegram.org' },
]

describe('channelDraft', () => {
  it.each(receivers)('gives back the channel that it was made of: $kind', (receiver) => {
    const channel = { name: 'Shop', site: 'main', receiver, enabled: false }
    const draft = channelDraft('other', channel)
    expect(channelErrors(draft, false)).toEqual({})
    expect(channelOf(draft)).toEqual(channel)
  })

  it('sends a secret only where one was entered, and the kind has one', () => {
    const draft = { ...channelDraft('main'), name: 'x', secret: ' whsec_x ' }
    expect(channelOf(draft).secret).toBe('whsec_x')
    expect(channelOf({ ...draft, kind: 'mqtt' })).not.toHaveProperty('secret')
  })
})

describe('channelErrors', () => {
  const draft = { ...channelDraft('main'), name: 'Shop' }

  it('asks for what the kind needs', () => {
    expect(channelErrors(draft, true)).toEqual({ url: true })
    expect(channelErrors({ ...draft, kind: 'slack' }, true)).toEqual({ secret: true })
    expect(channelErrors({ ...draft, kind: 'slack' }, false)).toEqual({})
    expect(channelErrors({ ...draft, kind: 'telegram' }, true)).toEqual({ chat: true, secret: true })
    expect(channelErrors({ ...draft, kind: 'email', to: 'ann' }, true)).toEqual({ to: true })
    expect(channelErrors({ ...draft, kind: 'mqtt', name: '' }, true)).toEqual({ name: true })
  })
})

it('takes addresses one a line, or with commas', () => {
  expect(addressesOf('a@b\n c@d, e@f;\n\n')).toEqual(['a@b', 'c@d', 'e@f'])
})
