import type { Channel } from '../types'

export const RECEIVERS = ['web_hook', 'email', 'mqtt', 'slack', 'teams', 'telegram'] as const
export type ReceiverKind = (typeof RECEIVERS)[number]

/** Those that have a secret. */
export const SECRETS = ['web_hook', 'slack', 'teams', 'telegram'] as const
export type SecretKind = (typeof SECRETS)[number]

export function hasSecret(kind: ReceiverKind): kind is SecretKind {
  return SECRETS.some((one) => one === kind)
}

/** A channel while it is being edited. */
export interface ChannelDraft {
  name: string
  site: string
  kind: ReceiverKind
  url: string
  events: string[]
  to: string
  chat: string
  /** Where another server of Telegram's interface is in use, it stays. */
  api: string | undefined
  secret: string
  enabled: boolean
}

export function channelDraft(site: string, channel?: Channel): ChannelDraft {
  const receiver = channel?.receiver
  return {
    name: channel?.name ?? '',
    site: channel?.site ?? site,
    kind: receiver?.kind ?? 'web_hook',
    url: receiver?.kind === 'web_hook' ? receiver.url : '',
    events: receiver?.kind === 'web_hook' ? [...(receiver.events ?? [])] : [],
    to: receiver?.kind === 'email' ? receiver.to.join('\n') : '',
    chat: receiver?.kind === 'telegram' ? receiver.chat : '',
    api: receiver?.kind === 'telegram' ? receiver.api : undefined,
    secret: '',
    enabled: channel?.enabled ?? true,
  }
}

/** What is sent: the secret only where one was entered. */
export function channelOf(draft: ChannelDraft): Channel & { secret?: string } {
  const secret = draft.secret.trim()
  return {
    name: draft.name.trim(),
    site: draft.site,
    receiver: receiverOf(draft),
    enabled: draft.enabled,
    ...(hasSecret(draft.kind) && secret ? { secret } : {}),
  }
}

function receiverOf({ kind, url, events, to, chat, api }: ChannelDraft): Channel['receiver'] {
  switch (kind) {
    case 'web_hook':
      return { kind, url: url.trim(), events }
    case 'email':
      return { kind, to: addressesOf(to) }
    case 'telegram':
      return { kind, chat: chat.trim(), ...(api === undefined ? {} : { api }) }
    case 'mqtt':
    case 'slack':
    case 'teams':
      return { kind }
  }
}

/** Mail addresses, one a line or with commas between them. */
export function addressesOf(text: string): string[] {
  return text
    .split(/[\n,;]/)
    .map((address) => address.trim())
    .filter(Boolean)
}

export type ChannelErrors = Partial<Record<'name' | 'url' | 'to' | 'chat' | 'secret', true>>

/** What is wrong with a draft. A new channel of some kinds needs a secret, and so does one that has become of such a kind. */
export function channelErrors(draft: ChannelDraft, needsSecret: boolean): ChannelErrors {
  const { kind } = draft
  const errors: ChannelErrors = {}
  if (!draft.name.trim() || draft.name.length > 100) errors.name = true
  if (kind === 'web_hook' && !/^https?:\/\/./.test(draft.url.trim())) errors.url = true
  const addresses = addressesOf(draft.to)
  const areAddresses = addresses.every((address) => /^\S+@\S+$/.test(address))
  if (kind === 'email' && (!areAddresses || addresses.length < 1 || addresses.length > 50)) errors.to = true
  if (kind === 'telegram' && !draft.chat.trim()) errors.chat = true
  if (needsSecret && kind !== 'web_hook' && hasSecret(kind) && !draft.secret.trim()) errors.secret = true
  return errors
}
