import { useEffect } from 'react'

import css from './Door.module.css'

export function Title({ title, about }: { title: string; about?: string }) {
  useEffect(() => {
    document.title = `${title} · camtally`
  }, [title])
  return (
    <div className={css.title}>
      <h1>{title}</h1>
      {about && <p>{about}</p>}
    </div>
  )
}
