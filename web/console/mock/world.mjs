// A lively play of an emergency desk: presses, a plan that tells people, people who answer as people do.
import { contacts, devices, elders, helpers, history, random } from './city.mjs'

const iso = (t) => new Date(t).toISOString()
const metres = (a, b) => Math.hypot((a.lon - b.lon) * Math.cos(a.lat * Math.PI / 180), a.lat - b.lat) * 111_320
const speed = { foot: 1.8, bike: 3.6, car: 6 }
const text = (zh, en) => ({ zh, en })

export class World {
  alerts = new Map()
  events = new Map()
  due = []
  listeners = new Set()
  global = 0
  number = 1041
  operator = { id: 'op1', name: 'zhou', display_name: '周晓', role: 'operator', centre: 'ct1', language: 'zh' }

  constructor() {
    this.timer = setInterval(() => this.step(), 250)
    this.walk = setInterval(() => this.move(), 1000)
    for (let i = 0; i < 6; i++) this.past(i)
  }

  past(i) {
    const e = elders[(i + 2) % elders.length]
    const at = Date.now() - (i + 1) * 3.1 * 3_600_000
    const a = { ...this.blank(e, ['sos', 'fall', 'low_battery', 'sos', 'inactivity', 'test'][i], at), state: 'closed', outcome: ['helped', 'family', 'other', 'false_alarm', 'helped', 'test'][i], satisfaction: 'satisfied', resolved_at: iso(at + 900_000), followed_up_at: iso(at + 2_000_000), closed_at: iso(at + 2_100_000), number: 1040 - i, next: [] }
    this.alerts.set(a.id, a)
    this.events.set(a.id, [])
  }

  blank(e, kind, at) {
    const machine = ['low_battery', 'fault', 'mains_lost'].includes(kind)
    return {
      id: 'a' + Math.random().toString(36).slice(2, 10), number: ++this.number, code: 'K7Q2', state: 'raised', kind, priority: machine ? 3 : ['gas', 'smoke', 'sos', 'fall', 'silent'].includes(kind) ? 1 : 2, level: machine ? 0 : 1,
      elder: e?.id ?? null, device: 'd1', centre: 'ct1', operator: null, title: e?.name ?? '', age: e ? 2026 - Number(e.birth_date.slice(0, 4)) : null, sex: e?.sex ?? null,
      unidentified: !e, silent: kind === 'silent', test: kind === 'test', presses: 1, late_s: 0, address: e?.address ?? '',
      position: e ? { ...e.position, accuracy_m: kind === 'sos' ? 38 : undefined, time: iso(at - 9000), source: kind === 'sos' ? 'device' : 'home' } : null, positions: [], text: '',
      raised_at: iso(at), pressed_at: iso(at), accepted_at: null, helping_at: null, on_scene_at: null, resolved_at: null, followed_up_at: null, closed_at: null, due_at: null,
      plan: machine ? 'technical@1' : 'emergency@1', outcome: null, satisfaction: null, reached: null, version: 0, seq: 0, joined_to: null, people: [], next: [], prompts: [],
    }
  }

  emit(a, type, actor, data = {}, at = Date.now()) {
    const list = this.events.get(a.id) ?? []
    a.seq++
    a.version = a.seq
    const event = { seq: a.seq, global: ++this.global, alert: a.id, type, at: iso(at), actor, data, hash: '' }
    this.events.set(a.id, [...list, event])
    for (const l of this.listeners) l('change', this.global, { event, alert: a })
  }

  later(a, seconds, f) {
    const item = { at: Date.now() + seconds * 1000, f: () => !['resolved', 'closed', 'cancelled'].includes(a.state) && f() }
    this.due.push(item)
    return item
  }

  step() {
    const now = Date.now()
    const ready = this.due.filter((d) => d.at <= now)
    this.due = this.due.filter((d) => d.at > now)
    ready.forEach((d) => d.f())
  }

  raise(elderId, kind = 'sos', o = {}) {
    const e = elders.find((x) => x.id === elderId)
    const at = Date.now() - (o.ago ?? 0) * 1000
    const a = { ...this.blank(e, kind, at), ...o.set }
    this.alerts.set(a.id, a)
    a.people = (contacts[elderId] ?? []).map((c) => ({ id: c.id, part: 'contact', name: c.name, role: c.role, relation: c.relation, has_key: c.has_key, order: c.order, state: 'waiting', since: iso(at), eta_at: null, messages: [] }))
    this.emit(a, 'raised', { kind: 'device', id: 'd1' }, { kind, late_s: a.late_s }, at)
    if (a.plan === 'emergency@1') this.plan(a)
    else a.next = [{ step: 'task', at: iso(at + 24 * 3_600_000), action: 'task', text: text('更换电池期限', 'battery must be changed by then') }]
    return a
  }

  next(a, list) {
    a.next = list.map(([step, seconds, zh, en]) => ({ step, at: iso(Date.now() + seconds * 1000), action: step, text: text(zh, en) })).sort((x, y) => x.at.localeCompare(y.at))
    a.due_at = a.next[0]?.at ?? null
  }

  plan(a) {
    this.next(a, [
      ['second', 20, '没有接听就同时拨打第二联系人', 'no answer: call the second contact as well'],
      ['loud', 30, '仍无坐席接警：所有席位响铃', 'no seat has accepted: ring everywhere'],
      ['wave-2', 60, '再请 3 位十二分钟内的帮手', 'ask 3 more helpers within 12 minutes'],
      ['ambulance', 120, '无人应答：提示拨打 120', 'nobody answers: prompt for an ambulance'],
    ])
    a.people.forEach((p, i) => {
      this.later(a, 0.4 + i * 0.2, () => this.tell(a, p, 'sms'))
      this.later(a, 1.6 + i * 0.3, () => this.receipt(a, p, 'sms', 'delivered'))
    })
    if (a.people[0]) this.later(a, 1, () => this.callPerson(a, a.people[0], 9, 'coming'))
    if (a.people[1]) this.later(a, 20, () => this.callPerson(a, a.people[1], 6, 'heard'))
    this.later(a, 2, () => this.offerBest(a, 3))
    this.later(a, 30, () => a.state === 'raised' && ((a.level = 2), this.emit(a, 'escalated', { kind: 'system', id: 'plan' }, { level: 2 })))
    this.later(a, 60, () => this.offerBest(a, 3))
  }

  tell(a, p, channel) {
    if (p.state === 'waiting' || p.state === 'told') this.person(p, channel === 'voice' ? 'ringing' : 'told')
    p.messages.push({ id: 'm' + Math.random(), channel, status: channel === 'voice' ? 'ringing' : 'sent', at: iso(Date.now()), told_at: iso(Date.now()), step: 'x', repeat: 0 })
    this.emit(a, 'told', { kind: 'system', id: 'plan' }, { person: p.id, channel })
  }

  person(p, state) {
    p.state = state
    p.since = iso(Date.now())
  }

  receipt(a, p, channel, status) {
    const m = p.messages.findLast((x) => x.channel === channel)
    if (m) Object.assign(m, { status, at: iso(Date.now()) })
    this.emit(a, 'receipt', { kind: 'carrier', id: 'twilio' }, { person: p.id, channel, status })
  }

  callPerson(a, p, rings, answer) {
    this.tell(a, p, 'voice')
    if (p.state === 'told') this.person(p, 'ringing')
    this.later(a, rings, () => {
      if (answer === 'no_answer') {
        this.receipt(a, p, 'voice', 'no_answer')
        if (p.state === 'ringing') this.person(p, 'unreached')
        return
      }
      this.receipt(a, p, 'voice', 'answered')
      if (p.state === 'ringing') this.person(p, 'answered')
      this.later(a, 3, () => this.answer(a, p, answer))
    })
  }

  answer(a, p, answer) {
    if (answer === 'coming') return this.coming(a, p)
    this.person(p, answer)
    this.emit(a, 'answered', { kind: p.part, id: p.id, name: p.name }, { person: p.id, answer, channel: 'voice' })
  }

  coming(a, p) {
    this.person(p, 'coming')
    const h = helpers.find((x) => x.id === p.id)
    const s = p.travel_s ?? 540
    p.travel_s = s
    p.eta_at = iso(Date.now() + s * 1000)
    if (h) Object.assign(h, { busy: true, target: elders.find((e) => e.id === a.elder)?.position, pace: speed[h.mode] })
    if (a.state === 'raised' || a.state === 'accepted') Object.assign(a, { state: a.operator ? 'helping' : a.state, helping_at: iso(Date.now()) })
    this.emit(a, 'answered', { kind: p.part, id: p.id, name: p.name }, { person: p.id, answer: 'coming' })
    this.next(a, [['on-way', 150, '出发后没有移动就追问', 'not moving: ask'], ['arrival', 600, '十分钟无人到达：再次响铃', 'nobody there after ten minutes: loud again']])
    const other = a.people.find((x) => x.part === 'helper' && x.state === 'told')
    if (other && a.people.filter((x) => x.state === 'coming').length >= 2) this.later(a, 2, () => (this.person(other, 'reserve'), this.emit(a, 'reserved', { kind: 'system', id: 'plan' }, { person: other.id })))
    this.later(a, Math.min(s, this.fast ?? s), () => p.state === 'coming' && this.arrive(a, p))
  }

  arrive(a, p, actor = { kind: p.part, id: p.id, name: p.name }) {
    this.person(p, 'arrived')
    Object.assign(a, { state: 'on_scene', on_scene_at: iso(Date.now()) })
    const h = helpers.find((x) => x.id === p.id)
    if (h) Object.assign(h, { target: null })
    this.emit(a, 'arrived', actor, { person: p.id })
    for (const q of a.people) {
      if (!['coming', 'told', 'ringing', 'reserve'].includes(q.state) || q.part !== 'helper') continue
      this.person(q, 'stood_down')
      this.emit(a, 'stood_down', { kind: 'system', id: 'plan' }, { person: q.id })
    }
    this.next(a, [['how', 900, '问现场情况', 'ask how it stands']])
  }

  candidates(a) {
    const home = elders.find((e) => e.id === a.elder)?.position
    if (!home) return []
    const inside = new Map(a.people.map((p) => [p.id, p.state]))
    return helpers.filter((h) => h.on_duty).map((h) => {
      const d = metres(h, home)
      const key = h.has_key?.includes(a.elder) ?? false
      const reasons = [key && { code: 'has_key' }, h.skills.includes('first_aid') && { code: 'trained' }, h.busy && { code: 'busy' }].filter(Boolean)
      return { helper: h.id, name: h.name, kind: h.kind, skills: h.skills, mode: h.mode, duration_s: Math.round(d * 1.35 / speed[h.mode] + 30), distance_m: Math.round(d), position: { lat: h.lat, lon: h.lon }, position_age_s: 4, by_road: false, load: h.busy ? 1 : 0, has_key: key, state: inside.get(h.id) ?? null, reasons }
    }).sort((x, y) => x.duration_s - 120 * x.has_key - (y.duration_s - 120 * y.has_key)).slice(0, 8).map((c, i) => ({ ...c, rank: i + 1, reasons: i === 0 ? [...c.reasons, { code: 'nearest', zh: '最近', en: 'nearest' }] : c.reasons }))
  }

  // The nearest two are spared, so that a picture shows why.
  near(a) {
    const all = this.candidates(a)
    const spared = [{ code: 'quiet_hours', zh: '现在是其免打扰时间', en: 'this is one of their quiet hours' }, { code: 'over_budget', value: 5, zh: '本周已请 5 次', en: 'was asked 5 times this week' }]
    const left = a.spares ? all.filter((c) => !c.state).slice(0, 2).map((c, i) => ({ ...c, reasons: [spared[i]] })) : []
    return { items: all.filter((c) => !left.some((l) => l.helper === c.helper)), left_out: left }
  }

  seats() {
    const at = (s) => iso(Date.now() - s * 1000)
    return [{ operator: 'op2', state: 'free', beat_at: at(4) }, { operator: 'op3', state: 'silent', beat_at: at(95) }]
  }

  offerBest(a, n) {
    this.candidates(a).filter((c) => !c.state).slice(0, n).forEach((c, i) => this.offer(a, c, { kind: 'system', id: 'plan' }, i))
  }

  offer(a, c, actor, i = 0) {
    const p = { id: c.helper, part: 'helper', name: c.name, role: c.kind, has_key: c.has_key, order: c.rank, state: 'told', since: iso(Date.now()), eta_at: null, travel_s: c.duration_s, distance_m: c.distance_m, mode: c.mode, reasons: c.reasons.map((r) => r.code), messages: [] }
    a.people.push(p)
    this.emit(a, 'offered', actor, { person: p.id, travel: { mode: c.mode, duration_s: c.duration_s, distance_m: c.distance_m, by_road: false } })
    this.tell(a, p, 'sms')
    this.tell(a, p, 'voice')
    this.later(a, 1, () => this.receipt(a, p, 'sms', 'delivered'))
    this.later(a, 6 + i * 5, () => {
      if (!['told', 'ringing'].includes(p.state)) return
      const dice = i === 0 ? 0.1 : i === 1 ? 0.5 : random()
      if (dice < 0.45) {
        this.receipt(a, p, 'voice', 'answered')
        this.coming(a, p)
      } else if (dice < 0.7) {
        this.receipt(a, p, 'voice', 'answered')
        this.answer(a, p, 'cannot')
      } else this.receipt(a, p, 'voice', 'no_answer')
    })
  }

  detail(a) {
    const e = elders.find((x) => x.id === a.elder) ?? null
    return { ...a, profile: e, contacts: contacts[a.elder] ?? [], history: e ? history(e.id) : [] }
  }

  devices = devices

  command(a, name, body) {
    const actor = { kind: 'operator', id: this.operator.id, name: this.operator.display_name }
    const now = iso(Date.now())
    const person = a.people.find((p) => p.id === body.person)
    const refuse = (status, detail) => ({ problem: { status, title: 'refused', detail } })
    if (name === 'accept') {
      if (a.operator && a.operator.id !== this.operator.id) return refuse(409, '已由 吴凡 接警')
      Object.assign(a, { state: a.state === 'raised' ? (a.people.some((p) => p.state === 'coming') ? 'helping' : 'accepted') : a.state, operator: { id: this.operator.id, name: this.operator.display_name }, accepted_at: now, level: 1 })
      a.next = a.next.filter((s) => s.step !== 'loud')
      this.emit(a, 'accepted', actor)
    } else if (name === 'offer' || name === 'assign') {
      for (const id of body.helpers ?? [body.helper]) {
        const c = this.candidates(a).find((x) => x.helper === id)
        if (!c) return refuse(404, 'no such helper')
        if (c.state) return refuse(409, `${c.name} 已在名单中`)
        this.offer(a, c, actor)
      }
    } else if (name === 'arrive' && person) this.arrive(a, person, actor)
    else if (name === 'no-speech') {
      Object.assign(a, { no_speech_at: now, priority: 1, urgency: 0, level: 3 })
      this.emit(a, 'no_speech', actor)
    } else if (name === 'note') this.emit(a, 'note', actor, { text: body.text })
    else if (name === 'call') this.emit(a, 'called', actor, { person: body.person, channel: 'voice' })
    else if (name === 'escalate') this.emit(a, 'escalated', actor, { to: body.to, reason: body.reason })
    else if (name === 'resolve') {
      Object.assign(a, { state: 'resolved', outcome: body.outcome, resolved_at: now })
      for (const h of helpers) Object.assign(h, { busy: false, target: null })
      this.next(a, [['callback', 7200, '回访期限', 'call back by then']])
      this.emit(a, 'resolved', actor, { outcome: body.outcome, note: body.note })
    } else if (name === 'follow-up') {
      Object.assign(a, { satisfaction: body.satisfaction, followed_up_at: now, reached: body.reached ? 'elder' : null })
      this.emit(a, 'followed_up', actor, { satisfaction: body.satisfaction, reached: body.reached })
    } else if (name === 'close') {
      if (a.state !== 'resolved' || !a.reached) return refuse(409, 'nobody has been reached in the call-back yet')
      Object.assign(a, { state: 'closed', closed_at: now, next: [] })
      this.emit(a, 'closed', actor, { reason: body.reason })
    } else if (name === 'cancel') {
      Object.assign(a, { state: 'cancelled', next: [] })
      this.emit(a, 'cancelled', actor, body)
    } else if (name === 'reopen') {
      Object.assign(a, { state: 'accepted', closed_at: null, resolved_at: null })
      this.emit(a, 'reopened', actor, body)
    } else this.emit(a, name, actor, body)
    return { alert: a }
  }

  move() {
    for (const h of helpers) {
      const to = h.target
      const pace = (h.target ? (h.pace ?? 2) : 1.1) / 111_320
      if (to) {
        const d = metres(h, to)
        if (d < 12) continue
        h.lat += (to.lat - h.lat) / d * pace * 111_320
        h.lon += (to.lon - h.lon) / d * pace * 111_320
      } else {
        h.heading += (random() - 0.5) * 0.5
        h.lat += Math.cos(h.heading) * pace
        h.lon += Math.sin(h.heading) * pace
      }
    }
    const list = helpers.map((h) => ({ id: h.id, lat: h.lat, lon: h.lon, at: iso(Date.now()), on_duty: h.on_duty, busy: h.busy }))
    for (const l of this.listeners) l('helpers', 0, list)
  }

  reset() {
    this.due = []
    for (const [id, a] of this.alerts) if (a.state !== 'closed') this.alerts.delete(id)
    for (const h of helpers) Object.assign(h, { busy: false, target: null })
  }

  /** Many devices fell silent together; half of the people are checked on. */
  outage() {
    const whys = [['oxygen', 'alone'], ['bed'], ['mobility', 'alone', 'age'], ['care'], ['alone'], ['age'], []]
    this.silent = Array.from({ length: 47 }, (_, i) => {
      const e = elders[i % elders.length]
      return { elder: `s${i}`, state: i % 9 === 8 ? 'back' : i % 7 === 6 ? 'well' : 'unchecked', at: iso(Date.now() - 400_000), tries: i === 2 ? 2 : 0, emergency: null, name: e.name, age: 70 + (i % 24), address: e.address, phones: e.phones, language: 'zh', fragility: 100 - i, why: whys[Math.min(6, i >> 1)] }
    })
    const a = this.raise('', 'outage', { ago: 300, set: { unidentified: false, title: 'mqtt', elder: null, priority: 2, device: null, outage: { by: 'gateway', value: 'mqtt', people: this.silent.length } } })
    this.count(a)
    this.command(a, 'accept', {})
  }

  count(a) {
    for (const s of ['unchecked', 'well', 'help', 'back']) a.outage[s] = this.silent.filter((p) => p.state === s).length
  }

  checkOn(a, { person, outcome }) {
    const p = this.silent.find((x) => x.elder === person)
    if (outcome === 'unreached') p.tries++
    else p.state = outcome
    this.count(a)
    this.emit(a, 'checked', { kind: 'operator', ...this.operator }, { person, outcome })
    return { alert: a }
  }

  // Scenes for screenshots and for trying things out.
  scene(name) {
    this.reset()
    if (name === 'one') return void this.raise('e1')
    if (name === 'outage') return this.outage()
    if (name === 'unidentified') return void this.raise('', 'sos', { set: { caller: '+8619900009999', text: '来电无声' } })
    if (name === 'shift') {
      const silent = this.raise('e2', 'sos', { ago: 75, set: { no_speech_at: iso(Date.now() - 20_000), urgency: 0, operator: { id: 'op2', name: '吴凡' }, state: 'accepted', accepted_at: iso(Date.now() - 60_000) } })
      this.emit(silent, 'no_speech', { kind: 'system', id: 'plan' })
      const back = this.raise('e3', 'fall', { ago: 130, set: { returns: 1, waiting_since: iso(Date.now() - 15_000), turn: { operator: 'op2', at: iso(Date.now() - 3000) }, urgency: 10 } })
      this.emit(back, 'returned', { kind: 'system', id: 'plan' }, { reason: 'console_silent' })
      const at = Date.now()
      const a = this.raise('e1', 'sos', { set: { spares: true, presses: 3, urgency: 8, turn: { operator: 'op1', at: iso(at) }, paths: [{ path: 'mqtt', press: 3, at: iso(at + 1000) }, { path: 'sms', press: 3, at: iso(at + 14_000) }] } })
      this.emit(a, 'turn', { kind: 'system', id: 'plan' }, { to: 'op1' })
      this.emit(a, 'path', { kind: 'device', id: 'd1' }, { channel: 'sms', late_s: 14 })
      this.later(a, 15, () => {
        const p = a.people.find((x) => x.state === 'coming')
        if (p) p.trouble = 'still'
        this.emit(a, 'progress', { kind: 'system', id: 'plan' }, { person: p?.id, code: 'unknown' })
      })
    }
    if (name === 'several') {
      const b = this.raise('e2', 'fall', { ago: 95 })
      b.operator = { id: 'op2', name: '吴凡' }
      b.state = 'accepted'
      this.raise('e4', 'low_battery', { ago: 1260 })
      this.raise('e3', 'inactivity', { ago: 219 })
      const s = this.raise('e6', 'sos', { ago: 3000 })
      Object.assign(s, { state: 'resolved', outcome: 'helped', resolved_at: iso(Date.now() - 600_000), operator: { id: 'op1', name: '周晓' } })
      const a = this.raise('e1', 'sos', { set: { presses: 2 } })
      this.command(a, 'accept', {})
      this.later(a, 16, () => this.raise('e5', 'silent', { set: { late_s: 1320 } }))
    }
  }
}
