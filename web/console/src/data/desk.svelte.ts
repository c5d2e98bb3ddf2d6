import { tick } from 'svelte'
import { announced, countsOf, isEnded, isMachine, isUnaccepted, isWorking, mayOpenByItself, neighbour, nobodySpeaks, priorityOf, queueOf, toOpen, turnOf } from '../core/queue'
import type { PanelName } from '../core/keys'
import { ringing } from '../core/sound'
import { may } from '../core/rights'
import { freeCandidates } from '../core/todo'
import { code, langOf, say, type Key } from '../core/words'
import { ApiError, api, lacking } from './api'
import { Speaker } from './audio'
import { nav } from './nav.svelte'
import { empty, mergeEvents, takeAlert, takeChange, takeHelpers, takeSnapshot, type Live } from './reduce'
import { Seat } from './seat.svelte'
import { Stream } from './stream'
import type { AddressHit, Alert, AlertEvent, Candidate, Config, Detail, Lang, Operator, Session } from './types'

export type Phase = 'loading' | 'login' | 'lacks' | 'start' | 'desk'
export type Link = 'connecting' | 'live' | 'lost'
export interface Failure { action: string; problem: ApiError; alert: string }

const refreshMs = 10_000
const silenceMs = 30_000
const settleMs = 500
const storyPart = 200
const namesPart = 50
const namesMs = 1000
const shiftMark = 'anling.shift'
const keysMark = 'anling.keys'

// The screen shows seconds: what depends on the time is worked out once in each, not at every tick.
const wholeSecond = (ms: number) => Math.floor(ms / 1000) * 1000

/** All that one seat knows and shows. Components read it and call its methods; nothing else holds state. */
export class Desk {
  phase = $state<Phase>('loading')
  lang = $state<Lang>(langOf(localStorage.getItem('anling.lang') ?? 'zh'))
  operator = $state.raw<Operator | null>(null)
  session = $state.raw<Session | null>(null)
  /** this seat answers alarms: it has started a shift, and rings */
  watching = $state(false)
  config = $state.raw<Config>({})
  live = $state.raw<Live>(empty)
  link = $state<Link>('connecting')
  /** when the server was last heard, by our clock */
  heardAt = $state(Date.now())
  tick = $state(Date.now())
  selectedId = $state<string | null>(null)
  panel = $state<PanelName | null>(null)
  elderId = $state<string | null>(null)
  searching = $state(false)
  /** where the map shows an address that was searched */
  spot = $state.raw<AddressHit | null>(null)
  sound = $state(false)
  busy = $state<string | null>(null)
  failure = $state.raw<Failure | null>(null)
  notice = $state('')
  silenced = $state.raw<ReadonlyMap<string, number>>(new Map())
  detail = $state.raw<Detail | null>(null)
  story = $state.raw<readonly AlertEvent[]>([])
  /** the story goes back farther than what is here: where to ask on */
  earlier = $state<string | null>(null)
  candidates = $state.raw<readonly Candidate[]>([])
  /** who is near and would not be asked, with why */
  leftOut = $state.raw<readonly Candidate[]>([])
  /** alerts that are not in the stream: closed ones that somebody looks at */
  #looked = $state.raw<Alert | null>(null)
  /** ambulance prompts that this seat has acted on, by alert */
  prompted = $state.raw<ReadonlySet<string>>(new Set())
  startedAt = $state(0)
  /** single keys can be switched off for who works with speech input (WCAG 2.1.4) */
  keys = $state(localStorage.getItem(keysMark) !== 'off')

  queue = $derived(queueOf(this.live.alerts.values()))
  counts = $derived(countsOf(this.live.alerts.values()))
  selected = $derived(this.#find(this.selectedId))
  /** what the strip announces: on another page also the alert that the desk has opened underneath */
  strip = $derived(announced(this.queue, nav.onDesk ? this.selectedId : null, this.operator?.id))
  /** on another page: the alert that this seat has taken and not finished; it must not be forgotten there */
  own = $derived(nav.onDesk ? null : (this.queue.find((a) => isWorking(a) && a.operator?.id === this.operator?.id) ?? null))
  /** The server's time. It stands still while the connection is lost: a running clock would pass old data for new. */
  now = $derived(wholeSecond((this.link === 'lost' ? this.heardAt : this.tick) + this.live.skew))
  wall = $derived(wholeSecond(this.tick + this.live.skew))
  /** the helpers behind the keys 1–5: those who have not been asked yet */
  slots = $derived(this.selected ? freeCandidates(this.selected, this.candidates).slice(0, 5) : [])
  events = $derived(mergeEvents(this.live.events.get(this.selectedId ?? '') ?? [], this.story))
  onDuty = $derived([...this.live.helpers.values()].filter((h) => h.on_duty !== false).length)

  readonly speaker = new Speaker((running) => (this.sound = running))
  readonly seat = new Seat(() => this.watching && this.phase === 'desk', () => this.#again())
  #stream: Stream | null = null
  #timers: number[] = []

  t = (key: Key, vars?: Record<string, string | number | null | undefined>): string => say(this.lang, key, vars)
  code = (room: string, value: string | null | undefined): string => code(this.lang, room, value)

  #find(id: string | null): Alert | null {
    if (!id) return null
    return this.live.alerts.get(id) ?? (this.#looked?.id === id ? this.#looked : null)
  }

  async boot(): Promise<void> {
    try {
      const [s] = await Promise.all([api.session(), this.#loadConfig()])
      this.#enter(s)
    } catch {
      this.phase = 'login'
    }
  }

  async #loadConfig(): Promise<void> {
    try {
      this.config = await api.config()
    } catch {
      this.config = {} // the desk works without a map and without the demo
    }
  }

  async login(name: string, password: string, code = ''): Promise<void> {
    await api.login(name, password, code)
    await this.entered()
  }

  /** Somebody has just logged in, in whatever way. */
  async entered(): Promise<void> {
    const [s] = await Promise.all([api.session(), this.#loadConfig()])
    this.#enter(s)
  }

  /** Whether this session may do something; what it may not is not offered. */
  may = (action: string): boolean => may(this.session, action)

  #enter(s: Session): void {
    const o = s.operator
    // Lists and unfinished forms of who sat here before are not for who sits here now.
    if (this.operator && this.operator.id !== o.id) location.reload()
    this.session = s
    this.operator = o
    if (s.lacks) {
      this.phase = 'lacks'
      return
    }
    if (!localStorage.getItem('anling.lang') && o.language) this.lang = langOf(o.language)
    // A reload in the middle of a shift goes straight back to work; the red bar asks for the sound.
    const started = Number(sessionStorage.getItem(shiftMark) ?? 0)
    this.watching = started > 0
    if (started > 0 || !this.may('alerts.work')) this.#open(started || Date.now())
    else this.phase = 'start'
    if (this.may('alerts.see')) this.#connect()
  }

  async startShift(): Promise<void> {
    await this.speaker.unlock()
    this.speaker.test()
    if ('Notification' in window && Notification.permission === 'default') void Notification.requestPermission()
    const now = Date.now()
    sessionStorage.setItem(shiftMark, String(now))
    this.watching = true
    this.#open(now)
  }

  /** To the registry without a shift: this seat does not ring. The strip still says that somebody calls. */
  visit(): void {
    this.watching = false
    this.#open(Date.now())
    nav.go('elders')
  }

  #open(started: number): void {
    this.startedAt = started
    this.phase = 'desk'
    this.seat.again()
    this.#openFirst()
  }

  async logout(): Promise<void> {
    sessionStorage.removeItem(shiftMark)
    this.stop()
    try {
      await api.logout()
    } finally {
      location.reload()
    }
  }

  /** The session has ended, or has to do something first: what that is, it says itself. */
  #again(): void {
    this.#disconnect()
    this.speaker.ring(null)
    void this.boot()
  }

  #connect(): void {
    lacking.tell = () => this.#again()
    this.#stream = new Stream('/v1/stream', {
      snapshot: (s) => {
        this.live = takeSnapshot(this.live, s, Date.now())
        this.#openFirst()
        void this.#load(true)
      },
      change: (c) => {
        const before = this.live.alerts.get(c.alert.id)
        this.live = takeChange(this.live, c)
        this.#arrived(c.alert, before)
        if (c.alert.id !== this.selectedId || !c.event) return
        if (c.alert.outage) this.#namesSoon()
        else if (c.event.type !== 'receipt') this.#refreshSoon()
      },
      helpers: (list) => (this.live = takeHelpers(this.live, list)),
      heard: () => {
        this.heardAt = Date.now()
        this.link = 'live'
      },
      lost: () => (this.link = 'lost'),
      refused: () => this.#again(),
    })
    this.#stream.start()
    if (this.may('alerts.work')) this.seat.start(() => this.#second())
    this.#timers = [
      window.setInterval(() => this.#second(), 250),
      window.setInterval(() => this.selected && isWorking(this.selected) && void this.#loadCandidates(), refreshMs),
    ]
    window.addEventListener('online', () => this.#stream?.hurry())
    window.addEventListener('offline', () => (this.link = 'lost'))
  }

  #disconnect(): void {
    this.#stream?.stop()
    this.seat.stop()
    this.#timers.forEach(clearInterval)
  }

  stop(): void {
    this.#disconnect()
    this.speaker.stop()
  }

  #second(): void {
    this.tick = Date.now()
    if (this.phase === 'desk' && this.watching) this.speaker.ring(ringing(this.live.alerts.values(), this.silenced, this.tick))
  }

  /** the alert that opened by itself; null once somebody has chosen one */
  #byItself: string | null = null
  #mayOpen(): boolean {
    if (this.phase !== 'desk') return false
    return mayOpenByItself({ current: this.selected, me: this.operator?.id, byItself: this.#byItself === this.selectedId })
  }

  #openByItself(id: string): void {
    this.select(id)
    this.#byItself = id
  }

  #openFirst(): void {
    const first = this.#mayOpen() ? toOpen(this.queue, this.operator?.id) : null
    if (first) this.#openByItself(first.id)
  }

  #arrived(a: Alert, before: Alert | undefined): void {
    const fresh = !before || !isUnaccepted(before)
    if (fresh && isUnaccepted(a)) {
      this.#second()
      this.#notify(a)
    }
    // What comes, and what has its turn at this seat now.
    const here = turnOf(a) === this.operator?.id && (!before || turnOf(before) !== turnOf(a))
    if (!isUnaccepted(a) || isMachine(a) || !this.#mayOpen()) return
    if (here || (fresh && turnOf(a) === null)) this.#openByItself(a.id)
  }

  #notify(a: Alert): void {
    if (!document.hidden || priorityOf(a) !== 1) return
    if (!('Notification' in window) || Notification.permission !== 'granted') return
    const n = new Notification(`▲ ${this.code('kind', a.kind)}`, { body: this.t('ui.notify.body'), tag: a.id, requireInteraction: true })
    n.onclick = () => {
      window.focus()
      nav.go('desk')
      this.select(a.id)
    }
  }

  select(id: string | null): void {
    this.elderId = null
    this.panel = null
    this.#byItself = null
    if (id === this.selectedId) return
    this.selectedId = id
    this.failure = null
    this.notice = ''
    this.detail = null
    this.story = []
    this.earlier = null
    this.candidates = []
    this.leftOut = []
    void this.#load(false)
  }

  /** Back to the quiet screen; never away from somebody who is still to be helped by this seat. */
  leave(): void {
    const a = this.selected
    if (!a || mayOpenByItself({ current: a, me: this.operator?.id, byItself: false }) || (a.operator && a.operator.id !== this.operator?.id)) this.select(null)
  }

  move(step: 1 | -1): void {
    const id = neighbour(this.queue, this.selectedId, step)
    if (id) this.select(id)
  }

  /** To the first alert that waits for a seat. */
  newest(): void {
    const a = this.strip ?? this.queue.find(isUnaccepted) ?? this.own
    nav.go('desk')
    if (a) this.select(a.id)
  }

  async #load(again: boolean): Promise<void> {
    const id = this.selectedId
    if (!id) return
    void this.#loadCandidates()
    const [full, events] = await Promise.allSettled([api.alert(id), this.#newest(id)])
    if (this.selectedId !== id) return
    if (full.status === 'fulfilled') {
      const a = full.value
      this.#looked = a
      this.detail = { profile: a.profile, contacts: a.contacts, history: a.history, devices: a.devices, safety: a.safety }
      if (this.live.alerts.has(id)) this.live = takeAlert(this.live, a)
    } else if (!again) this.#fail('open', full.reason, id)
    if (events.status === 'fulfilled') [this.story, this.earlier] = events.value
    const elder = this.selected?.elder
    if (elder && this.detail && !this.detail.devices) void this.#loadDevices(id, elder)
  }

  /** The whole story, and nothing earlier. An outage has an event for each of its people: of its story it is the newest part. */
  async #newest(id: string): Promise<[AlertEvent[], string | null]> {
    let page = await api.events(id, storyPart)
    let all = page.items
    while (page.next && !this.live.alerts.get(id)?.outage && this.selectedId === id) {
      page = await api.events(id, storyPart, page.next)
      all = [...page.items, ...all]
    }
    return [all, page.next]
  }

  /** One more part of the story, before what is here. */
  async loadEarlier(): Promise<void> {
    const [id, from] = [this.selectedId, this.earlier]
    if (!id || !from) return
    try {
      const page = await api.events(id, storyPart, from)
      if (this.selectedId !== id || this.earlier !== from) return
      this.story = mergeEvents(this.story, page.items)
      this.earlier = page.next
    } catch (e) {
      this.#fail('open', e, id)
    }
  }

  #names = 0
  /** Live events tell nobody's name: the newest of the story do. */
  #namesSoon(): void {
    clearTimeout(this.#names)
    this.#names = window.setTimeout(async () => {
      const id = this.selectedId
      const page = id ? await api.events(id, namesPart).catch(() => null) : null
      if (page && this.selectedId === id) this.story = mergeEvents(this.story, page.items)
    }, namesMs)
  }

  async #loadDevices(id: string, elder: string): Promise<void> {
    try {
      const devices = await api.devices(elder)
      if (this.selectedId === id && this.detail) this.detail = { ...this.detail, devices }
    } catch {
      // the list of devices is no matter of life; its place stays empty
    }
  }

  #soon = 0
  #refreshSoon(): void {
    clearTimeout(this.#soon)
    this.#soon = window.setTimeout(() => void this.#loadCandidates(), 300)
  }

  /** Travel times have changed. */
  rankAgain(): void {
    this.#refreshSoon()
  }

  async #loadCandidates(): Promise<void> {
    const id = this.selectedId
    const a = this.selected
    if (!id || (a && (!isWorking(a) || isMachine(a)))) return
    try {
      const found = await api.candidates(id)
      if (this.selectedId !== id) return
      this.candidates = found.items
      this.leftOut = found.left_out ?? []
    } catch {
      // the plan asks helpers by itself; the chips stay as they were
    }
  }

  #fail(action: string, e: unknown, alert: string): void {
    this.failure = { action, alert, problem: e instanceof ApiError ? e : new ApiError({ status: 500, title: String(e) }) }
  }

  /** Sends a command for the alert on screen. False when it failed; why is shown where it happened. */
  async command(name: string, body: object = {}): Promise<boolean> {
    const id = this.selectedId
    // The same command again is a key pressed twice; another one waits for its turn.
    if (!id || this.busy === name) return false
    await this.idle()
    this.busy = name
    this.failure = null
    try {
      const sent = api.command(id, name, body)
      this.#running = sent
      const a = await sent
      if (a?.id) {
        this.live = takeAlert(this.live, a)
        if (this.#looked?.id === a.id) this.#looked = { ...this.#looked, ...a }
      }
      return true
    } catch (e) {
      this.#fail(name, e, id)
      return false
    } finally {
      this.busy = null
    }
  }

  #running: Promise<unknown> = Promise.resolve()

  /** Resolves when no command is under way; true when none had failed meanwhile. */
  async idle(): Promise<boolean> {
    while (this.busy) {
      await this.#running.catch(() => undefined) // its failure is shown by the one who sent it
      await tick()
    }
    return this.failure === null
  }

  /** Takes the alert; nothing when it is taken already. */
  async accept(): Promise<boolean> {
    const a = this.selected
    if (!a || !isUnaccepted(a)) return true
    this.silenced = new Map([...this.silenced].filter(([id]) => id !== a.id))
    this.seat.setAway(false) // who takes an alert is back
    return this.command('accept')
  }

  /** The line is open and nobody speaks: the most urgent kind of alarm, not a false one. */
  async nobody(): Promise<void> {
    const a = this.selected
    if (!a || isEnded(a) || isMachine(a) || nobodySpeaks(a) || !this.may('alerts.work')) return
    if (await this.command('no-speech')) this.say(this.t('ui.done.nobody'))
  }

  /** The digit keys. A place in the list that has just got another name is not trusted to a key. */
  async sendSlot(index: number, assign: boolean): Promise<void> {
    const c = this.slots[index]
    if (!c || !this.selected || !isWorking(this.selected)) return
    const seen = this.#seen[index]
    if (seen?.helper !== c.helper || Date.now() - seen.since < settleMs) return this.say(this.t('ui.cands.moved'))
    await this.send(c, assign)
  }

  #seen: { helper: string; since: number }[] = []
  /** Called when the list on screen changes. */
  watchSlots(): void {
    // The first list of a case is fresh to the eye as well; only a change of it is a trap.
    const since = this.#seen.length === 0 ? 0 : Date.now()
    this.#seen = this.slots.map((c, i) => (this.#seen[i]?.helper === c.helper ? this.#seen[i] : { helper: c.helper, since }))
  }

  /** One key from the alarm to the dispatch: accepts first when nobody has. */
  async send(c: Candidate, assign: boolean): Promise<void> {
    if (!(await this.accept())) return
    const done = assign ? await this.command('assign', { helper: c.helper }) : await this.command('offer', { helpers: [c.helper] })
    if (done) this.say(this.t(assign ? 'ui.done.assigned' : 'ui.done.offered', { name: c.name }))
  }

  say(text: string): void {
    this.notice = text
    window.setTimeout(() => this.notice === text && (this.notice = ''), 6000)
  }

  silence(): void {
    const r = ringing(this.live.alerts.values(), this.silenced, Date.now())
    if (!r) return
    this.silenced = new Map([...this.silenced, [r.alert, Date.now() + silenceMs]])
    this.#second()
    this.say(this.t('ui.silenced'))
  }

  markPrompted(id: string): void {
    this.prompted = new Set([...this.prompted, id])
  }

  setLang(lang: Lang): void {
    this.lang = lang
    localStorage.setItem('anling.lang', lang)
  }

  setKeys(on: boolean): void {
    this.keys = on
    localStorage.setItem(keysMark, on ? 'on' : 'off')
  }

  toggle(panel: PanelName): void {
    this.failure = null
    this.panel = this.panel === panel ? null : panel
  }
}

export const desk = new Desk()
