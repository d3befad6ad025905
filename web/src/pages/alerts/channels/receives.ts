import type { Channel } from '../types'

/** Where a channel's messages go, as far as that is no secret. */
export function receives(receiver: Channel['receiver']): string {
  switch (receiver.kind) {
    case 'web_hook':
      return receiver.url
    case 'email':
      return receiver.to.join(', ')
    case 'telegram':
      return receiver.chat
    case 'mqtt':
    case 'slack':
    case 'teams':
      return ''
  }
}
