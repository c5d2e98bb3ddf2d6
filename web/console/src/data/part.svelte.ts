import { ApiError } from './api'

/** A thing that a page shows once it has come. absent: this server, or this seat's rights, know no such thing. */
export class Part<T> {
  value = $state.raw<T | null>(null)
  state = $state<'first' | 'ready' | 'failed' | 'absent'>('first')
  failure = $state.raw<unknown>(null)
  #fetch: () => Promise<T>
  #asked = 0

  constructor(fetch: () => Promise<T>) {
    this.#fetch = fetch
  }

  load = async (): Promise<void> => {
    const mine = ++this.#asked
    try {
      const v = await this.#fetch()
      if (mine !== this.#asked) return
      this.value = v
      this.state = 'ready'
      this.failure = null
    } catch (e) {
      if (mine !== this.#asked) return
      this.failure = e
      this.state = e instanceof ApiError && [403, 404, 405].includes(e.status) ? 'absent' : 'failed'
    }
  }
}
