import { untrack } from 'svelte'
import { formatRoute, parseRoute, type PageName, type Route } from '../core/route'
import type { Key } from '../core/words'

/** A key of the page that is open; it stands in the list of keys while the page does. */
export interface PageKey { key: string; word: Key; run: () => void }

/** Where the console is, and what the page that is open answers to. */
class Nav {
  route = $state.raw<Route>(parseRoute(location.hash))
  /** g was pressed and waits for the letter of a page */
  pending = $state(false)
  /** the focus is where text is typed: single keys are off */
  typing = $state(false)
  keys = $state.raw<readonly PageKey[]>([])
  /** puts the cursor into the search field of the page; without one, into that of the top bar */
  search: (() => void) | null = null
  ownSearch = $state(false)
  /** what Escape leaves on this page, innermost last */
  readonly leaves: (() => void)[] = []

  constructor() {
    window.addEventListener('hashchange', () => (this.route = parseRoute(location.hash)))
  }

  get onDesk(): boolean {
    return this.route.page === 'desk'
  }

  go(page: PageName, id = '', sub = '', query: Record<string, string> = {}): void {
    const to = formatRoute(page, id, sub, query)
    if (location.hash !== to) location.hash = to
  }

  /** Notes what a list is filtered by, without a step to go back through. */
  note(query: Record<string, string>): void {
    const r = this.route
    const to = formatRoute(r.page, r.id, r.sub, query)
    if (location.hash !== to) history.replaceState(null, '', to)
    this.route = { ...r, query }
  }

  /** Adds keys while a part is on the page; gives what takes them away. */
  listen(keys: PageKey[]): () => void {
    // Whoever calls this in an effect must not be called again by the list that he has just changed.
    this.keys = [...untrack(() => this.keys), ...keys]
    return () => (this.keys = untrack(() => this.keys).filter((k) => !keys.includes(k)))
  }

  /** The search field of a page answers to /. */
  searchIs(focus: () => void): () => void {
    this.search = focus
    this.ownSearch = true
    return () => {
      if (this.search !== focus) return
      this.search = null
      this.ownSearch = false
    }
  }

  leaving(leave: () => void): () => void {
    this.leaves.push(leave)
    return () => {
      const i = this.leaves.lastIndexOf(leave)
      if (i >= 0) this.leaves.splice(i, 1)
    }
  }
}

export const nav = new Nav()
