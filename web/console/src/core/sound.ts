import type { Alert } from '../data/types'
import { isEnded, isMachine, isUnaccepted, priorityOf } from './queue'

// What the seat should hear. One tone at a time: the highest alarm that wants a human wins.
// The bursts follow the idea of IEC 60601-1-8: high 3+2 notes, medium 3, low 1.

export interface Note { at: number; hz: number; s: number }
export interface Tone { notes: Note[]; every: number; gain: number }
export interface Ringing { alert: string; priority: 1 | 2 | 3; level: number }

function notes(starts: number[], hz: number[]): Note[] {
  return starts.map((at, i) => ({ at, hz: hz[i % hz.length] ?? 880, s: 0.15 }))
}

const high = notes([0, 0.2, 0.4, 0.8, 1.0], [784, 784, 988, 784, 988])
const higher = notes([0, 0.16, 0.32, 0.6, 0.76], [988, 988, 1319, 988, 1319])
const medium = notes([0, 0.25, 0.5], [659, 659, 523])
const low = notes([0], [523])

/** every: seconds from one burst to the next; 0 is once only. */
export function toneOf(priority: 1 | 2 | 3, level: number): Tone {
  if (priority === 1) {
    if (level >= 3) return { notes: higher, every: 1.6, gain: 0.9 }
    if (level === 2) return { notes: higher, every: 2.2, gain: 0.7 }
    return { notes: high, every: 4, gain: 0.4 }
  }
  if (priority === 2) return { notes: medium, every: level >= 2 ? 5 : 15, gain: level >= 2 ? 0.6 : 0.3 }
  return { notes: low, every: 0, gain: 0.2 }
}

/** Whether and how one alert rings here. Accepted alerts ring again when the plan has made them loud. */
export function ringOf(a: Alert): Ringing | null {
  if (isEnded(a)) return null
  const priority = priorityOf(a)
  const level = a.level ?? 1
  if (!isUnaccepted(a) && level < 2) return null
  if (level < 1 && (priority !== 1 || isMachine(a))) return null
  return { alert: a.id, priority, level: Math.max(1, level) }
}

/** The one to be heard now. silenced: alert → the moment until which it was silenced by hand. */
export function ringing(alerts: Iterable<Alert>, silenced: ReadonlyMap<string, number>, now: number): Ringing | null {
  let best: Ringing | null = null
  for (const a of alerts) {
    const r = ringOf(a)
    if (!r || (silenced.get(a.id) ?? 0) > now) continue
    if (!best || r.priority < best.priority || (r.priority === best.priority && r.level > best.level)) best = r
  }
  return best
}
