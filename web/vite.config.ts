import { fileURLToPath } from 'node:url'

import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

/** Where `npm run dev` finds the API: a running `camtally serve`. */
const server = process.env.CAMTALLY_URL ?? 'http://127.0.0.1:8740'

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2023',
    // The first that know `light-dark()`: rewritten for older ones, a part of a page could not have a scheme of its own.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // The content security policy allows no picture or font from `data:` but pictures; nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': { target: server, ws: true, changeOrigin: true } } },
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts'],
    environment: 'node',
  },
})
