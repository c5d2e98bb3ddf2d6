import type { PlanView, StepTold, TryLine } from '../data/types'

// What is asked of a response plan outside of its text.

/** From where the clock of a step counts, in the order in which that happens. */
const order = ['raised', 'waiting', 'accepted', 'helping', 'coming', 'on_scene', 'resolved', 'do_by']

export interface Stage { after: string; from: string; steps: StepTold[] }

/** The steps of a plan by from where their clock counts, each in order of time; steps of one time stay as they were written. */
export function stages(steps: readonly StepTold[]): Stage[] {
  const all = new Map<string, Stage>()
  for (const s of steps) {
    const stage = all.get(s.after) ?? { after: s.after, from: s.from, steps: [] }
    stage.steps.push(s)
    all.set(s.after, stage)
  }
  const place = (code: string): number => (order.includes(code) ? order.indexOf(code) : order.length)
  const sorted = [...all.values()].sort((x, y) => place(x.after) - place(y.after))
  for (const stage of sorted) stage.steps.sort((x, y) => x.at_s - y.at_s)
  return sorted
}

/** The name that a text gives to its plan; '' when it gives none yet. */
export function nameIn(text: string): string {
  return /^plan:[ \t]*["']?([a-z0-9_-]+)/m.exec(text)?.[1] ?? ''
}

/** The kinds of signal that a text is for, as far as it can be read. */
export function kindsIn(text: string): string[] {
  const m = /^for:[ \t]*(?:\[([^\]]*)\]|((?:\n[ \t]*-[ \t]*[a-z_]+)+))/m.exec(text)
  return (m?.[1] ?? m?.[2] ?? '').match(/[a-z_]+/g) ?? []
}

/** The id under which a text would be saved: a centre's own plan has the centre in it. */
export function idFor(name: string, centre: string): string {
  return centre ? `${name}~${centre}` : name
}

export interface Target {
  id: string
  /** the version that is to be the newest still; 0: there is none */
  base: number
  /** what saving does: a first version, one more, or one over a plan that this text was not made from */
  does: 'first' | 'next' | 'over'
}

/** Where a text goes when it is saved; null while it has no name. */
export function targetOf(text: string, centre: string, base: { id: string; version: number }, all: readonly PlanView[]): Target | null {
  const name = nameIn(text)
  if (!name) return null
  const id = idFor(name, centre)
  if (id === base.id && base.version > 0) return { id, base: base.version, does: 'next' }
  const there = all.find((p) => p.id === id)
  return there ? { id, base: there.version, does: 'over' } : { id, base: 0, does: 'first' }
}

export interface Minute { minute: number; lines: TryLine[] }

/** A trial minute by minute; a minute in which nothing happens is left out. Of an offer the messages by each way are no lines of their own. */
export function byMinute(lines: readonly TryLine[]): Minute[] {
  const all: Minute[] = []
  const place = (l: TryLine): string => `${l.after_s} ${l.step} ${l.person}`
  const offered = new Set(lines.filter((l) => l.event === 'offered').map(place))
  for (const l of lines) {
    if (l.event === 'told' && offered.has(place(l))) continue
    const minute = Math.floor(l.after_s / 60)
    const last = all.at(-1)
    if (last?.minute === minute) last.lines.push(l)
    else all.push({ minute, lines: [l] })
  }
  return all
}

/** Who can answer in a trial, and what. */
export const whoAnswers = ['operator', 'contact1', 'contact2', 'contact3', 'helper1', 'helper2', 'helper3', 'helper4', 'elder'] as const
export function answersOf(who: string): readonly string[] {
  if (who === 'operator') return ['accept']
  return who === 'elder' ? ['well', 'unwell'] : ['coming', 'cannot', 'arrived']
}
/** contact2 as a part and a number; the number is 0 where there is only one. */
export function partOf(who: string): { part: string; n: number } {
  const m = /^([a-z]+)(\d*)$/.exec(who)
  return { part: m?.[1] ?? who, n: Number(m?.[2] || 0) }
}

/** The sign of a step's verb. */
const signs: Record<string, string> = {
  sound: 'sound', tell: 'told', call: 'call', offer: 'team', escalate: 'up', share: 'link', prompt: 'warn', continue: 'right', stand_down: 'stood_down', finish: 'arrived',
}
export const signOf = (verb: string): string => signs[verb] ?? 'right'

/** The sign of a line of a trial. */
export function lineSign(l: TryLine): string {
  if (l.event === 'answered' || l.answer) return l.answer === 'cannot' ? 'cannot' : 'answered'
  if (l.event === 'escalated' && l.level && !l.to) return 'sound'
  const of: Record<string, string> = {
    raised: 'ringing', accepted: 'arrived', offered: 'team', departed: 'departed', arrived: 'pin', reserved: 'reserve', stood_down: 'stood_down', prompted: 'warn',
    escalated: 'up', shared: 'link', continued: 'right', returned: 'again', resolved: 'arrived', closed: 'arrived', told: l.channel === 'voice' ? 'call' : 'told',
  }
  return of[l.event] ?? 'waiting'
}
