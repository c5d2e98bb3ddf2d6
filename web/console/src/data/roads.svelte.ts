import { unknownWays, type Travelling, type Way } from '../core/ways'
import { api } from './api'
import type { ClosedRoad } from './types'

// Roads: the ways of who is coming, and what is closed.

const lookAgain = 15_000

class Roads {
  ways = $state.raw<ReadonlyMap<string, Way>>(new Map())
  closed = $state.raw<readonly ClosedRoad[]>([])
  /** changes when travel times have changed because a road was closed or opened here */
  turn = $state(0)
  #asked = new Set<string>()

  /** Finds the ways that are not known; one question for each person at a time. */
  find(all: readonly Travelling[]): void {
    for (const t of unknownWays(all, this.ways)) {
      if (this.#asked.has(t.id)) continue
      this.#asked.add(t.id)
      void api.route(t.from, t.to, t.mode).then(
        (r) => {
          this.ways = new Map(this.ways).set(t.id, { from: t.from, to: t.to, mode: t.mode, line: r.geometry.coordinates, byRoad: r.by_road })
        },
        () => undefined, // the straight line stays, and says that it is one
      ).finally(() => window.setTimeout(() => this.#asked.delete(t.id), 2_000))
    }
  }

  watch(): () => void {
    const look = () => void this.look().catch(() => undefined) // it is looked at again
    look()
    const timer = window.setInterval(look, lookAgain)
    return () => window.clearInterval(timer)
  }

  async look(): Promise<void> {
    const all = await api.closures()
    if (all.map((c) => c.id).join() === this.closed.map((c) => c.id).join()) return
    this.closed = all
    this.ways = new Map()
    this.turn++
  }

  async close(at: { lat: number; lon: number }, reason: string, modes: string[]): Promise<ClosedRoad> {
    const c = await api.closeRoad({ ...at, reason, modes })
    await this.look()
    return c
  }

  async open(closure: string): Promise<void> {
    await api.openRoad(closure)
    await this.look()
  }
}

export const roads = new Roads()
