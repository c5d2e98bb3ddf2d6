import type { Alert } from '../data/types'
import { millis } from './time'

// Alarms of machines about themselves. Smoke, gas and water are about people and are not here.
const machineKinds = new Set([
  'low_battery', 'battery_ok', 'mains_lost', 'mains_ok', 'tamper', 'fault', 'fault_ok', 'lost', 'heartbeat', 'position',
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

export function isUnaccepted(a: Alert): boolean {
  return a.state === 'raised'
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

// People above machines; what is done but not called back yet below all that is still happening;
// then life before urgency; then what no seat has taken; then the oldest.
function rank(a: Alert): number[] {
  return [
    isAftercare(a) ? 1 : 0,
    isMachine(a) ? 1 : 0,
    priorityOf(a),
    isUnaccepted(a) ? 0 : 1,
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

/** The alert that the strip announces: the first of the queue that no seat has taken and that is not on screen. */
export function announced(queue: Alert[], selected: string | null): Alert | null {
  return queue.find((a) => isUnaccepted(a) && a.id !== selected && !isMachine(a)) ?? null
}

/**
 * Whether an arriving alert may open by itself: only when nobody is being cared for on this screen.
 * A screen is never taken away from an operator who is at work.
 */
export function mayOpenByItself(current: Alert | null): boolean {
  return current === null || isEnded(current) || isAftercare(current)
}

export function neighbour(queue: Alert[], selected: string | null, step: 1 | -1): string | null {
  if (queue.length === 0) return null
  const i = queue.findIndex((a) => a.id === selected)
  if (i < 0) return queue[step === 1 ? 0 : queue.length - 1]?.id ?? null
  return queue[Math.min(queue.length - 1, Math.max(0, i + step))]?.id ?? null
}
