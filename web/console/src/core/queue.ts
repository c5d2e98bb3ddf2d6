import type { Alert } from '../data/types'
import { millis } from './time'

// Alarms of machines about themselves. Smoke, gas and water are about people and are not here.
const machineKinds = new Set([
  'low_battery', 'battery_ok', 'mains_lost', 'mains_ok', 'tamper', 'fault', 'fault_ok', 'lost', 'untested', 'false_alarms', 'safety', 'heartbeat', 'position',
])

export function isMachine(a: Alert): boolean {
  return machineKinds.has(a.kind)
}

export function isWorking(a: Alert): boolean {
  return a.state === 'raised' || a.state === 'accepted' || a.state === 'helping' || a.state === 'on_scene'
}

export function isEnded(a: Alert): boolean {
  return a.state === 'closed' || a.state === 'cancelled' || a.state === 'joined'
}

/** No operator has it: also when somebody is on the way already, or when it was given back. */
export function isUnaccepted(a: Alert): boolean {
  return a.state === 'raised' || (isWorking(a) && Boolean(a.waiting_since))
}

/**
 * Done but for the call-back. When the elder says in the call-back that something is wrong the plan makes
 * the alert loud, and it is no aftercare any more.
 */
export function isAftercare(a: Alert): boolean {
  return a.state === 'resolved' && (a.level ?? 0) < 2
}

/** Somebody has been reached in the call-back; without it no operator can close. */
export function isCalledBack(a: Alert): boolean {
  return a.reached === undefined ? Boolean(a.followed_up_at || a.satisfaction) : Boolean(a.reached)
}

export function priorityOf(a: Alert): 1 | 2 | 3 {
  return a.priority <= 1 ? 1 : a.priority === 2 ? 2 : 3
}

/** The elder's line was open and nobody spoke, and nobody has stood at the door since: the most urgent kind of alarm. */
export function nobodySpeaks(a: Alert): boolean {
  return Boolean(a.no_speech_at) && isWorking(a) && !a.on_scene_at
}

/** At whose seat a waiting alert stands; null: at none. */
export function turnOf(a: Alert): string | null {
  return isUnaccepted(a) ? (a.turn?.operator ?? null) : null
}

// The server's number, the less the sooner; ten steps lie between two priorities.
const urgencyOf = (a: Alert): number => a.urgency ?? 10 * priorityOf(a)

// What is done but not called back yet below all that is still happening; a line on which nobody speaks above everything; people
// above machines; life before urgency; then what no seat has taken; then what the server puts ahead; then the oldest.
function rank(a: Alert): number[] {
  return [
    isAftercare(a) ? 1 : 0,
    nobodySpeaks(a) ? 0 : 1,
    isMachine(a) ? 1 : 0,
    priorityOf(a),
    isUnaccepted(a) ? 0 : 1,
    urgencyOf(a),
    millis(a.raised_at) ?? 0,
    a.number,
  ]
}

export function compareAlerts(a: Alert, b: Alert): number {
  const x = rank(a)
  const y = rank(b)
  for (let i = 0; i < x.length; i++) {
    const d = (x[i] ?? 0) - (y[i] ?? 0)
    if (d !== 0) return d
  }
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

/** Everything a seat still has to do with, in the order in which to do it. */
export function queueOf(alerts: Iterable<Alert>): Alert[] {
  return [...alerts].filter((a) => !isEnded(a)).sort(compareAlerts)
}

export interface Count { priority: 1 | 2 | 3; total: number; unaccepted: number; oldest: number | null }

/** Figures of the top bar: how many of each priority, and since when the oldest waits for a seat. */
export function countsOf(alerts: Iterable<Alert>): Count[] {
  const counts: Count[] = ([1, 2, 3] as const).map((priority) => ({ priority, total: 0, unaccepted: 0, oldest: null }))
  for (const a of alerts) {
    const c = counts[priorityOf(a) - 1]
    if (!c || !isWorking(a)) continue
    c.total++
    if (!isUnaccepted(a)) continue
    c.unaccepted++
    const t = millis(a.raised_at)
    if (t !== null && (c.oldest === null || t < c.oldest)) c.oldest = t
  }
  return counts
}

/** The alert that the strip announces: one that stands at this seat, or else the first that no seat has taken; not the one on screen. */
export function announced(queue: Alert[], selected: string | null, me?: string): Alert | null {
  const waiting = queue.filter((a) => isUnaccepted(a) && a.id !== selected && !isMachine(a))
  return waiting.find((a) => nobodySpeaks(a)) ?? waiting.find((a) => me && turnOf(a) === me) ?? waiting[0] ?? null
}

export interface OnScreen { current: Alert | null; me: string | undefined; /** it came by itself, nobody chose it */ byItself: boolean }

/**
 * Whether another alert may open by itself: only when nobody is being cared for on this screen.
 * A screen is never taken away from an operator who is at work. What came by itself and stands at another seat gives way.
 */
export function mayOpenByItself({ current, me, byItself }: OnScreen): boolean {
  if (current === null || isEnded(current) || isAftercare(current)) return true
  const turn = turnOf(current)
  return byItself && turn !== null && turn !== me
}

/** What a quiet screen opens: what this seat has in hand or what stands at it, then what stands nowhere, then what stands elsewhere. */
export function toOpen(queue: Alert[], me: string | undefined): Alert | null {
  const people = queue.filter((a) => isWorking(a) && !isMachine(a))
  return people.find((a) => a.operator?.id === me || (me && turnOf(a) === me)) ??
    people.find((a) => !a.operator && turnOf(a) === null) ?? people.find((a) => !a.operator) ?? null
}

export function neighbour(queue: Alert[], selected: string | null, step: 1 | -1): string | null {
  if (queue.length === 0) return null
  const i = queue.findIndex((a) => a.id === selected)
  if (i < 0) return queue[step === 1 ? 0 : queue.length - 1]?.id ?? null
  return queue[Math.min(queue.length - 1, Math.max(0, i + step))]?.id ?? null
}
