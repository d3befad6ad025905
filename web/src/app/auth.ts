import { createContext, use } from 'react'

import type { Schema } from '@/api'

import type { Rights } from './rights'

/** Who uses the page. */
export interface Auth {
  /** Nobody where the server asks nobody to sign in. */
  user: Schema<'UserView'> | undefined
  rights: Rights
}

export const AuthContext = createContext<Auth | undefined>(undefined)

/** Who uses the page, and what they may do. Everything that is drawn behind signing in has it. */
export function useAuth(): Auth {
  const auth = use(AuthContext)
  if (!auth) throw new Error('nobody has signed in')
  return auth
}
