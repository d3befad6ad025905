import { useState } from 'react'

/** What follows `#` in a link that is good once. It is taken out of the address, so that it stays in no history. */
export function useLink(): string {
  const [link] = useState(() => location.hash.slice(1))
  if (location.hash !== '') history.replaceState(history.state, '', location.pathname)
  return link
}
