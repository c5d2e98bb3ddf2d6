import { ApiError } from './api'
import type { Total } from './types'
import { registry, type Noun, type Params, type Records } from './registry'

const pageSize = 60

/** A list that is read page by page. It outlives its page, so that who comes back finds the same row. */
export class List<N extends Noun> {
  rows = $state.raw<readonly Records[N][]>([])
  next = $state<string | null>(null)
  total = $state.raw<Total | null>(null)
  /** the server's index is not complete yet: there may be more */
  partial = $state(false)
  /** first: nothing has come yet; again: rows are old, newer ones are on their way */
  state = $state<'first' | 'ready' | 'again' | 'failed'>('first')
  failure = $state.raw<ApiError | null>(null)
  readAt = $state(0)
  /** the row that has the keyboard */
  current = $state('')
  params: Params = {}
  readonly noun: N
  #asked = 0

  constructor(noun: N) {
    this.noun = noun
  }

  async load(params: Params): Promise<void> {
    this.params = params
    const mine = ++this.#asked
    if (this.state !== 'first') this.state = 'again'
    try {
      const page = await registry.list(this.noun, { ...params, limit: pageSize, count: 'true' })
      // An answer to an older question is dropped.
      if (mine !== this.#asked) return
      this.rows = page.items
      this.next = page.next
      this.total = page.total ?? null
      this.partial = page.partial ?? false
      this.state = 'ready'
      this.failure = null
      this.readAt = Date.now()
    } catch (e) {
      if (mine === this.#asked) this.#fail(e)
    }
  }

  async more(): Promise<void> {
    if (!this.next || this.state !== 'ready') return
    const mine = ++this.#asked
    this.state = 'again'
    try {
      const page = await registry.list(this.noun, { ...this.params, limit: pageSize, cursor: this.next })
      if (mine !== this.#asked) return
      const known = new Set(this.rows.map((r) => r.id))
      this.rows = [...this.rows, ...page.items.filter((r) => !known.has(r.id))]
      this.next = page.next
      this.state = 'ready'
    } catch (e) {
      if (mine === this.#asked) this.#fail(e)
    }
  }

  #fail(e: unknown): void {
    this.failure = e instanceof ApiError ? e : new ApiError({ status: 500, title: String(e) })
    this.state = 'failed'
  }

  /** A record was changed elsewhere on this screen. */
  take(r: Records[N]): void {
    this.rows = this.rows.map((x) => (x.id === r.id ? r : x))
  }
}

export const lists = { elders: new List('elders'), helpers: new List('helpers'), providers: new List('providers'), operators: new List('operators'), devices: new List('devices'), classes: new List('caller-classes'), consents: new List('elders') }
