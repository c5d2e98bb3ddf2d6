import { changes } from '../core/conflict'
import { guessProtocol } from '../core/devices'
import { isEmpty } from '../core/fields'
import { newId } from '../core/ids'
import { ApiError } from './api'
import { desk } from './desk.svelte'
import { drafts } from './drafts.svelte'
import { registry, type Noun, type Records } from './registry'
import type { ElderRecord, FieldProblem } from './types'

type Fields = Record<string, unknown>
export type StepName = 'elder' | 'contact' | 'device' | 'consent'
export interface Step { id: string; name: StepName; n: number; state: 'waiting' | 'running' | 'done' | 'failed' }

const key = 'elders/new'
const id = (): string => newId(Date.now(), crypto.getRandomValues(new Uint8Array(10)))

interface Saved { elder: ElderRecord | null; /** the elder as it was sent */ sent: Fields; contacts: string[]; device: boolean; consents: string[] }

function blank() {
  return {
    elder: { id: id(), tier: 'one_touch', language: 'zh', phones: [] } as Fields,
    contacts: [{ id: id(), role: 'family', phones: [] }, { id: id(), role: 'neighbour', phones: [] }] as Fields[],
    device: { id: id(), kind: 'pendant', identity: '' } as Fields,
    consents: {} as Record<string, boolean>, // nobody has agreed to what nobody has asked
    consent: { id: id(), given_by: '', how: 'paper' } as Fields,
    saved: { elder: null, sent: {}, contacts: [], device: false, consents: [] } as Saved,
  }
}
type Form = ReturnType<typeof blank>

/**
 * An enrolment under way. It is saved piece by piece, each with an id that was made here: when the line drops, the same
 * button goes on where it stopped, and what was sent twice is there once.
 */
export class Enrolment {
  form = $state<Form>(blank())
  errors = $state.raw<Record<string, FieldProblem[]>>({})
  failure = $state.raw<unknown>(null)
  running = $state('')
  finished = $state(false)

  constructor() {
    const kept = drafts.get(key)
    if (kept) this.form = structuredClone(kept.mine) as unknown as Form
  }

  get touched(): boolean {
    const e = this.form.elder
    return !isEmpty(e['name']) || !isEmpty(e['id_number']) || !isEmpty(e['phones']) || this.form.saved.elder !== null
  }

  /** Keeps what has been written for as long as the page lives. */
  keep(): void {
    const now = $state.snapshot(this.form) as unknown as Fields
    if (this.touched && !this.finished) drafts.set(key, { base: {}, mine: now })
  }

  /** Begins anew; gives the way back. */
  reset(): () => void {
    const was = $state.snapshot(this.form) as Form
    drafts.drop(key)
    this.finished = false
    this.errors = {}
    this.failure = null
    this.form = blank()
    return () => {
      this.form = was
      this.keep()
    }
  }

  get contacts(): Fields[] {
    return this.form.contacts.filter((c) => !isEmpty(c['name']) || !isEmpty(c['phones']))
  }
  get purposes(): string[] {
    return desk.may('consents.change') ? Object.keys(this.form.consents).filter((p) => this.form.consents[p]) : []
  }
  get hasDevice(): boolean {
    return !isEmpty(this.form.device['identity'])
  }
  get steps(): Step[] {
    const { saved } = this.form
    const step = (sid: string, name: StepName, n: number, done: boolean): Step => ({ id: sid, name, n, state: done ? 'done' : this.running === sid ? 'running' : sid in this.errors ? 'failed' : 'waiting' })
    return [
      step('elder', 'elder', 0, saved.elder !== null),
      ...this.contacts.map((c, i) => step(`contact ${String(c['id'])}`, 'contact', i + 1, saved.contacts.includes(String(c['id'])))),
      ...(this.hasDevice ? [step('device', 'device', 0, saved.device)] : []),
      ...(this.purposes.length ? [step('consent', 'consent', 0, this.purposes.every((p) => saved.consents.includes(p)))] : []),
    ]
  }

  /** Saves what is not saved yet, in an order in which nothing hangs in the air. True when all is there. */
  async save(): Promise<boolean> {
    if (this.running) return false
    this.errors = {}
    this.failure = null
    const { saved } = this.form
    try {
      await this.#step('elder', () => this.#saveElder())
      const elder = String(this.form.elder['id'])
      for (const [i, c] of this.contacts.entries()) {
        const cid = String(c['id'])
        if (saved.contacts.includes(cid)) continue
        await this.#step(`contact ${cid}`, () => this.#create('contacts', { ...filled(c), elder, order: i + 1 }))
        saved.contacts = [...saved.contacts, cid]
      }
      if (this.hasDevice && !saved.device) {
        await this.#step('device', () => this.#create('devices', this.#deviceBody(elder)))
        saved.device = true
      }
      await this.#step('consent', () => this.#saveConsents(elder))
      this.finished = true
      drafts.drop(key)
      return true
    } catch {
      this.keep()
      return false // what failed stands in errors and failure
    }
  }

  async #step(name: string, run: () => Promise<unknown>): Promise<void> {
    this.running = name
    try {
      await run()
    } catch (e) {
      this.failure = e
      this.errors = { [name]: e instanceof ApiError ? (e.problem.errors ?? []) : [] }
      throw e
    } finally {
      this.running = ''
    }
  }

  async #saveElder(): Promise<void> {
    const { saved } = this.form
    const body = filled(this.form.elder)
    if (!saved.elder) {
      saved.elder = await this.#create('elders', body)
    } else {
      // Something was put right after this part had been saved.
      const names = [...new Set([...Object.keys(body), ...Object.keys(saved.sent)])].filter((k) => k !== 'id')
      const patch = changes(names, $state.snapshot(saved.sent), body)
      if (Object.keys(patch).length === 0) return
      saved.elder = await registry.change('elders', saved.elder.id, { ...patch, version: saved.elder.version })
    }
    saved.sent = body
  }

  #deviceBody(elder: string): Fields {
    const d = filled(this.form.device)
    return { protocol: guessProtocol(String(d['identity'])), ...d, elder, installed_at: this.#now() }
  }

  #now(): string {
    return new Date(Date.now() + desk.live.skew).toISOString()
  }

  /** Makes a record that has its id already. One that is there by that id was made by a request whose answer was lost. */
  async #create<N extends Noun>(noun: N, body: Fields): Promise<Records[N]> {
    try {
      return await registry.create(noun, body)
    } catch (e) {
      if (!(e instanceof ApiError) || e.status !== 409) throw e
      const there = await registry.get(noun, String(body['id'])).catch(() => null)
      if (!there) throw e
      return there
    }
  }

  async #saveConsents(elder: string): Promise<void> {
    const { saved } = this.form
    for (const purpose of this.purposes) {
      if (saved.consents.includes(purpose)) continue
      await this.#consent(elder, purpose)
      saved.consents = [...saved.consents, purpose]
    }
  }

  /** One consent, under an id that a repeat has too: that it is there already is as good. */
  async #consent(elder: string, purpose: string): Promise<void> {
    const f = filled(this.form.consent)
    try {
      await registry.consent(elder, { ...f, id: `${String(f['id'])}-${purpose}`, purpose, basis: 'consent', given_at: this.#now() })
    } catch (e) {
      if (!(e instanceof ApiError) || e.status !== 409) throw e
    }
  }
}

function filled(f: Fields): Fields {
  return Object.fromEntries(Object.entries($state.snapshot(f)).filter(([, v]) => !isEmpty(v)))
}
