import { existsSync, readFileSync } from 'node:fs'
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { extname, join } from 'node:path'

/** As the program sends it. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self' ws: wss:; " +
  "font-src 'self'; manifest-src 'self'; media-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

const KINDS: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/**
 * Serves a folder of built pages as the program serves those within it, and hands the rest to the program: so pages can be tested
 * without building the program anew.
 */
export function front(folder: string, program: () => number): Server {
  const hand = (asked: IncomingMessage, answer: ServerResponse) => {
    const { url: path = '/', method, headers } = asked
    const on = request({ host: '127.0.0.1', port: program(), path, method, headers }, (given) => {
      answer.writeHead(given.statusCode ?? 502, given.headers)
      given.pipe(answer)
    })
    on.on('error', () => answer.destroy())
    answer.on('close', () => on.destroy())
    asked.pipe(on)
  }
  const server = createServer((asked, answer) => {
    const path = new URL(asked.url ?? '/', 'http://front').pathname
    if (/^\/(api\/|livez|readyz|metrics)/.test(path)) {
      hand(asked, answer)
      return
    }
    const isFile = path !== '/' && existsSync(join(folder, path))
    const file = join(folder, isFile ? path : 'index.html')
    answer.writeHead(200, {
      'Content-Type': KINDS[extname(file)] ?? 'application/octet-stream',
      'Content-Security-Policy': POLICY,
      'Cache-Control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    })
    answer.end(readFileSync(file))
  })
  server.on('upgrade', (asked, socket, head) => {
    const on = connect(program(), '127.0.0.1', () => {
      const lines = Object.entries(asked.headers).map(([name, value]) => `${name}: ${String(value)}`)
      on.write([`GET ${asked.url ?? '/'} HTTP/1.1`, ...lines, '', ''].join('\r\n'))
      on.write(head)
      socket.pipe(on).pipe(socket)
    })
    on.on('error', () => socket.destroy())
    socket.on('error', () => on.destroy())
  })
  return server
}
