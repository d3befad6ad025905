import { QueryClientProvider, queryOptions, useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect } from 'react'
import { I18nProvider } from 'react-aria-components/I18nProvider'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'

import { answered, api, csrfToken, onSignedOut, problemOf, queryClient, read } from '@/api'
import { ErrorState } from '@/parts/State'
import { Toasts } from '@/parts/Toasts'

import { AuthContext } from './auth'
import { Blank } from './Blank'
import { Boundary } from './Boundary'
import { ALL_RIGHTS, rightsOf } from './rights'
import { Shell } from './Shell'

const Door = lazy(() => import('./door/Door'))

export function App() {
  const { i18n } = useTranslation()
  return (
    <QueryClientProvider client={queryClient}>
      <I18nProvider locale={i18n.language}>
        <Boundary>
          <Suspense fallback={<Blank />}>
            <Gate />
          </Suspense>
        </Boundary>
        <Toasts />
      </I18nProvider>
    </QueryClientProvider>
  )
}

/** Links that are good once are for whoever holds them, signed in or not. */
const LINKS = ['/setup', '/reset']

const SERVER = read('/api/v1/auth')

/** Who has signed in; null for nobody. Without the cookie that comes with every session there is no need to ask. */
const SESSION = queryOptions({
  queryKey: ['session'],
  queryFn: async () => {
    if (csrfToken() === undefined) return null
    return await answered(api.GET('/api/v1/auth/session')).catch((error: unknown) => {
      if (problemOf(error).code === 'not_signed_in') return null
      throw error
    })
  },
})

/** Shows the pages to whoever has signed in, and the door to everybody else. */
function Gate() {
  const [location] = useLocation()
  const server = useQuery({ ...SERVER, staleTime: Infinity })
  const session = useQuery({ ...SESSION, staleTime: 60_000, enabled: server.data?.open === false })

  useEffect(() => onSignedOut(() => queryClient.setQueryData(SESSION.queryKey, null)), [])

  if (server.isError) return <ErrorState error={server.error} retry={() => void server.refetch()} />
  if (!server.data) return <Blank />
  if (server.data.open) {
    return (
      <AuthContext value={{ user: undefined, rights: ALL_RIGHTS }}>
        <Shell />
      </AuthContext>
    )
  }
  if (LINKS.includes(location)) return <Door server={server.data} />
  if (session.data) {
    return (
      <AuthContext value={{ user: session.data, rights: rightsOf(session.data.roles) }}>
        <Shell />
      </AuthContext>
    )
  }
  if (session.isPending) return <Blank />
  if (session.isError) return <ErrorState error={session.error} retry={() => void session.refetch()} />
  return <Door server={server.data} />
}
