import { SvelteMap } from 'svelte/reactivity'

// What somebody has begun to write and not yet saved. It lives in memory only, for as long as the page
// does: it is about people, and the browser's storage is no place for that.

/** A started change: base is the record as it was read, mine what has been written so far. */
export interface Draft { base: Record<string, unknown>; mine: Record<string, unknown> }

class Drafts {
  #all = new SvelteMap<string, Draft>()

  get(key: string): Draft | undefined {
    return this.#all.get(key)
  }

  set(key: string, d: Draft): void {
    this.#all.set(key, d)
  }

  drop(key: string): void {
    this.#all.delete(key)
  }

  /** Whether anything would be lost with the page. */
  get any(): boolean {
    return this.#all.size > 0
  }

  has(prefix: string): boolean {
    return [...this.#all.keys()].some((k) => k.startsWith(prefix))
  }
}

export const drafts = new Drafts()
