import { SvelteMap } from 'svelte/reactivity'
import { admin } from './admin'
import { registry } from './registry'
import type { Area, Centre, CustomField, Roles, Service } from './types'

/** Names behind ids and codes, fetched when first shown. An unknown one shows as its code. */
class Names {
  #areas = new SvelteMap<string, Area>()
  #people = new SvelteMap<string, string>()
  #asked = new Set<string>()
  #fetched = new Set<string>()
  centres = $state.raw<readonly Centre[]>([])
  services = $state.raw<readonly Service[]>([])
  custom = $state.raw<readonly CustomField[]>([])
  roles = $state.raw<Roles | null>(null)

  /** Begins to fetch what many pages need. */
  warm(): void {
    this.#once('centres', async () => (this.centres = (await registry.list('centres', { limit: 200 })).items))
    this.#once('services', async () => (this.services = await registry.services()))
    for (const r of ['elder', 'helper', 'provider']) this.#once('custom ' + r, async () => (this.custom = [...this.custom, ...(await registry.customFields(r))]))
  }

  /** The roles, where the session may read them. */
  warmRoles(): void {
    this.#once('roles', async () => (this.roles = await admin.roles()))
  }

  /** Who has an account: all at once, so that a list of many rows asks once. */
  warmOperators(): void {
    this.#once('operators', async () => {
      for (const o of (await registry.list('operators', { limit: 500 })).items) this.#people.set(`operators ${o.id}`, o.display_name || o.name)
    })
  }

  /** After a change the next look fetches it again. */
  again(what: 'centres' | 'services' | 'roles'): void {
    this.forget(what)
    if (what === 'roles') this.warmRoles()
    else this.warm()
  }

  #once(what: string, fetch: () => Promise<unknown>): void {
    if (this.#fetched.has(what)) return
    this.#fetched.add(what)
    // Without it the page shows codes; the next page tries again.
    fetch().catch(() => this.#fetched.delete(what))
  }

  forget(what: string): void {
    this.#fetched.delete(what)
  }

  centre(id: string | undefined): string {
    return id ? (this.centres.find((c) => c.id === id)?.name ?? id) : ''
  }

  role(id: string | undefined, lang: 'zh' | 'en'): string {
    return id ? (this.roles?.items.find((r) => r.id === id)?.name[lang] ?? id) : ''
  }

  service(code: string): Service | undefined {
    return this.services.find((s) => s.code === code)
  }

  area(code: string | undefined, full = false): string {
    if (!code) return ''
    const known = this.#areas.get(code)
    if (!known) this.#ask('area ' + code, async () => {
      const [a] = await registry.areas({ code, limit: 1 })
      if (a) this.#areas.set(code, a)
    })
    return (full ? known?.full_name : known?.name) || known?.name || code
  }

  keepArea(a: Area): void {
    this.#areas.set(a.code, a)
  }

  person(noun: 'elders' | 'helpers' | 'providers', id: string | undefined): string {
    if (!id) return ''
    const key = `${noun} ${id}`
    const known = this.#people.get(key)
    if (known === undefined) this.#ask(key, async () => {
      this.#people.set(key, (await registry.get(noun, id)).name)
    })
    return known ?? '…'
  }

  /** Who has an account, by the name that others call them. */
  operator(id: string | undefined): string {
    if (!id) return ''
    const key = `operators ${id}`
    const known = this.#people.get(key)
    if (known === undefined) this.#ask(key, async () => {
      const o = await registry.get('operators', id)
      this.#people.set(key, o.display_name || o.name)
    })
    return known ?? id
  }

  keepPerson(noun: 'elders' | 'helpers' | 'providers', id: string, name: string): void {
    this.#people.set(`${noun} ${id}`, name)
  }

  #ask(key: string, fetch: () => Promise<void>): void {
    if (this.#asked.has(key)) return
    this.#asked.add(key)
    // Asked while something is drawn: the answer must not change state in the middle of that.
    void Promise.resolve().then(fetch).catch(() => undefined)
  }
}

export const names = new Names()
