import '@/design/tokens.css'
import '@/design/base.css'

import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { App } from '@/app/App'
import { startI18n } from '@/app/i18n'
import { showTheme } from '@/app/theme'

showTheme()
await startI18n()

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
