import type { CoverageAsk } from '../core/coverage'
import { request } from './api'
import type { Coverage, CoverageNight } from './types'

// It is reckoned in the background of the server: who asked for something new asks again until it is there.
const askAgain = 1_500

class Covering {
  picture = $state.raw<Coverage | null>(null)
  nights = $state.raw<readonly CoverageNight[]>([])
  failed = $state(false)
  waiting = $state(false)

  /** Keeps the picture of a question fresh; gives what ends it. */
  watch(ask: CoverageAsk): () => void {
    let gone = false
    let timer = 0
    const look = async (): Promise<void> => {
      this.waiting = true
      try {
        const q = new URLSearchParams({ minutes: String(ask.minutes), mode: ask.mode, at: ask.at, uncovered: '50' })
        const c = await request<Coverage>('GET', `/v1/coverage?${q}`)
        if (gone) return
        this.failed = false
        this.waiting = c.state !== 'ready'
        if (c.state !== 'computing') this.picture = c
      } catch {
        if (gone) return
        this.failed = true
        this.waiting = false
      }
      timer = window.setTimeout(() => void look(), this.waiting ? askAgain : 60_000)
    }
    void look()
    return () => {
      gone = true
      window.clearTimeout(timer)
    }
  }

  async lookAtNights(): Promise<void> {
    this.nights = (await request<{ items: CoverageNight[] }>('GET', '/v1/coverage/nights?limit=14')).items
  }
}

export const covering = new Covering()
