import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const binary = process.env['ANLING_BIN'] ?? join(import.meta.dirname, '../../../bin/anling')

/** The demo, running in a process of its own with a data folder that the test can look into. */
export interface Service {
  url: string
  /** what `anling verify` says of the data; throws when it is not content */
  verify(): string
  stop(): Promise<void>
}

/** settings: those that differ from the demo's own, as environment; flags: more of its own */
export async function startDemo(settings: Record<string, string> = {}, ...flags: string[]): Promise<Service> {
  const tmp = mkdtempSync(join(tmpdir(), 'anling-e2e-'))
  const port = await freePort()
  const url = `http://localhost:${port}`
  const child = spawn(binary, ['demo', '--listen', `127.0.0.1:${port}`, '--public-url', url, '--elders', '60', '--helpers', '40', ...flags], {
    env: { ...process.env, ...settings, TMPDIR: tmp },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.on('data', (d: Buffer) => (said += d.toString()))
  child.stderr.on('data', (d: Buffer) => (said += d.toString()))
  await listening(url, child, () => said)
  return {
    url,
    verify: () => execFileSync(binary, ['verify', '--data', join(tmp, readdirSync(tmp).find((n) => n.startsWith('anling-demo-')) ?? '')], { encoding: 'utf8' }),
    stop: async () => {
      const ended = new Promise((done) => child.once('exit', done))
      child.kill('SIGTERM')
      await ended
      rmSync(tmp, { recursive: true, force: true })
    },
  }
}

async function listening(url: string, child: ChildProcess, said: () => string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) break
    const ok = await fetch(`${url}/readyz`).then((r) => r.ok, () => false)
    if (ok) return
    await new Promise((r) => setTimeout(r, 200))
  }
  throw new Error(`the demo did not start:\n${said()}`)
}

/** A port below the range from which clients get theirs. */
async function freePort(): Promise<number> {
  for (let port = 25_000 + (process.pid % 5_000); port < 32_768; port++) {
    const free = await new Promise<boolean>((done) => {
      const s = createServer().once('error', () => done(false))
      s.listen(port, '127.0.0.1', () => s.close(() => done(true)))
    })
    if (free) return port
  }
  throw new Error('no free port')
}
