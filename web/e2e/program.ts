import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')
/** The built program; one that is not a release shows the pages of `dist`. */
const PROGRAM = process.env.CAMTALLY_BIN ?? join(ROOT, 'target/debug/camtally')

export const SAMPLE = 'loop:pets2009-s2l1.mp4'

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

/** The real program with a data folder of its own, which can be stopped and started again. */
export class Program {
  url = ''
  /** All that it has printed. */
  log = ''
  private readonly folder = mkdtempSync(join(tmpdir(), 'camtally-e2e-'))
  private port = 0
  private child: ChildProcess | undefined

  static async started(more = ''): Promise<Program> {
    const program = new Program()
    program.port = await freePort()
    program.url = `http://127.0.0.1:${program.port}`
    // An address makes it ask people to sign in.
    const config = [
      '[site]',
      'name = "Town hall"',
      'time_zone = "Europe/Berlin"',
      '[server]',
      `address = "${program.url}"`,
      '[reach]',
      `files = "${join(ROOT, 'samples')}"`,
      more,
    ]
    writeFileSync(join(program.folder, 'camtally.toml'), config.join('\n'))
    await program.start()
    return program
  }

  async start() {
    const words = ['serve', '--listen', `127.0.0.1:${this.port}`, '--data', join(this.folder, 'data')]
    words.push('--config', join(this.folder, 'camtally.toml'))
    const child = spawn(PROGRAM, words, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
    this.child = child
    const keep = (text: Buffer) => (this.log += text.toString())
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    for (let tries = 0; tries < 600; tries += 1) {
      if (child.exitCode !== null) throw new Error(`the program has ended:\n${this.log}`)
      const ready = await fetch(`http://127.0.0.1:${this.port}/readyz`).catch(() => undefined)
      if (ready?.ok) return
      await new Promise((done) => setTimeout(done, 100))
    }
    throw new Error(`the program does not become ready:\n${this.log}`)
  }

  /** The link that makes the first administrator. */
  get link(): string {
    const found = /http\S+\/setup#\S+/.exec(this.log)?.[0]
    if (!found) throw new Error(`no link was printed:\n${this.log}`)
    return found
  }

  async stop() {
    const { child } = this
    this.child = undefined
    if (!child || child.exitCode !== null) return
    const ended = new Promise((done) => child.once('exit', done))
    child.kill('SIGTERM')
    await ended
  }

  async close() {
    await this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
