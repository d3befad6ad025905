import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Route, Switch } from 'wouter'

import { queryClient, type Schema } from '@/api'
import { Note } from '@/parts/State'

import { Logo } from '../Logo'
import css from './Door.module.css'
import { Forgotten } from './Forgotten'
import { Languages } from './Languages'
import { NotSetUp } from './NotSetUp'
import { Reset } from './Reset'
import { SetUp } from './SetUp'
import { SignIn } from './SignIn'
import { SignUp } from './SignUp'

export type Server = Schema<'WaysView'>

/** What is shown to whoever has not signed in. */
export default function Door({ server }: { server: Server }) {
  const { t } = useTranslation('sign')
  // The text of the last thing that was done here, such as a new password.
  const [done, setDone] = useState<string>()
  return (
    <div className={css.door}>
      <header className={css.head}>
        <Logo />
        <Languages />
      </header>
      <main className={css.card}>
        {done && <Note look="good">{done}</Note>}
        <Switch>
          <Route path="/setup">
            <SetUp />
          </Route>
          <Route path="/reset">
            <Reset onDone={() => setDone(t('reset.done'))} />
          </Route>
          <Route path="/forgotten">
            <Forgotten canMail={server.password_reset} />
          </Route>
          <Route path="/sign-up">
            <SignUp onDone={() => setDone(t('register.done'))} />
          </Route>
          <Route>{server.set_up ? <SignIn server={server} /> : <NotSetUp />}</Route>
        </Switch>
      </main>
    </div>
  )
}

/** Lets in whoever has just signed in. */
export async function enter() {
  await queryClient.resetQueries()
}
