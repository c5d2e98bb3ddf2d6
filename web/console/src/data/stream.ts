import type { Change, HelperAt, Snapshot } from './types'

export interface StreamHandlers {
  snapshot(s: Snapshot): void
  change(c: Change): void
  helpers(list: HelperAt[]): void
  /** anything was heard, also a mere heartbeat */
  heard(): void
  lost(): void
  /** the server refuses: the session has ended, or the route is gone */
  refused(): void
}

const silenceMs = 15_000
const waits = [500, 1000, 2000, 4000, 8000]

// EventSource hides comments, so a heartbeat cannot be seen through it and a half-dead connection
// looks alive. The stream is therefore read with fetch: every byte counts as a sign of life.
export class Stream {
  #abort: AbortController | null = null
  #watchdog = 0
  #retry = 0
  #tries = 0
  #lastId = ''
  #stopped = false
  #handlers: StreamHandlers
  #url: string

  constructor(url: string, handlers: StreamHandlers) {
    this.#url = url
    this.#handlers = handlers
  }

  start(): void {
    this.#stopped = false
    void this.#run()
  }

  /** Opens anew at once, e.g. when the network says it is back. */
  hurry(): void {
    if (this.#stopped) return
    clearTimeout(this.#retry)
    this.#tries = 0
    this.#abort?.abort()
    void this.#run()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#retry)
    clearTimeout(this.#watchdog)
    this.#abort?.abort()
  }

  async #run(): Promise<void> {
    const abort = new AbortController()
    this.#abort = abort
    this.#guard(abort)
    try {
      await this.#read(abort)
    } catch {
      // A broken connection is the normal end of a stream; what follows is the same for every cause.
    }
    if (this.#stopped || this.#abort !== abort) return
    this.#handlers.lost()
    const wait = waits[Math.min(this.#tries++, waits.length - 1)] ?? 8000
    this.#retry = window.setTimeout(() => void this.#run(), wait)
  }

  async #read(abort: AbortController): Promise<void> {
    const headers: Record<string, string> = { Accept: 'text/event-stream' }
    if (this.#lastId) headers['Last-Event-ID'] = this.#lastId
    const r = await fetch(this.#url, { headers, signal: abort.signal, cache: 'no-store', credentials: 'same-origin' })
    if (r.status === 401 || r.status === 403) {
      this.#handlers.refused()
      this.stop()
      return
    }
    if (!r.ok || !r.body) return
    const parse = parser((type, data, id) => this.#take(type, data, id))
    const reader = r.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { value, done } = await reader.read()
      if (done || abort.signal.aborted) return
      this.#guard(abort)
      this.#tries = 0
      parse(value)
      this.#handlers.heard()
    }
  }

  #guard(abort: AbortController): void {
    clearTimeout(this.#watchdog)
    this.#watchdog = window.setTimeout(() => abort.abort(), silenceMs)
  }

  #take(type: string, data: string, id: string): void {
    if (id) this.#lastId = id
    const body: unknown = JSON.parse(data)
    if (type === 'snapshot') {
      const s = body as Snapshot
      this.#lastId = String(s.seq)
      this.#handlers.snapshot(s)
    } else if (type === 'change') this.#handlers.change(body as Change)
    else if (type === 'helpers') this.#handlers.helpers(body as HelperAt[])
  }
}

/** Server-sent events by the WHATWG rules, as far as a server of ours uses them. Pure; fed in pieces. */
export function parser(emit: (type: string, data: string, id: string) => void): (chunk: string) => void {
  let rest = ''
  let type = ''
  let id = ''
  let data: string[] = []
  return (chunk) => {
    rest += chunk
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) emit(type || 'message', data.join('\n'), id)
        type = ''
        id = ''
        data = []
        continue
      }
      const colon = line.indexOf(':')
      if (colon === 0) continue
      const name = colon < 0 ? line : line.slice(0, colon)
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
      if (name === 'event') type = value
      else if (name === 'data') data.push(value)
      else if (name === 'id') id = value
    }
  }
}
