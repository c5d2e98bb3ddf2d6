import type { Alert, AlertEvent } from '../data/types'
import { isCalledBack, isMachine, priorityOf } from './queue'
import { millis } from './time'

// What is known of the elder once the help has ended, and what is still to be done for them.

/** When this round of the alert began: it may have been reopened. */
function beganAt(a: Alert, events: readonly AlertEvent[]): number {
  return millis(events.findLast((e) => e.type === 'reopened')?.at) ?? millis(a.raised_at) ?? 0
}

/** Whether a human being has stood at the door in this round, or the elder has answered. Without either nobody knows how they are. */
export function seenOrHeard(a: Alert, events: readonly AlertEvent[]): boolean {
  if (a.on_scene_at) return true
  const elders = new Set((a.people ?? []).filter((p) => p.part === 'elder').map((p) => p.id))
  const began = beganAt(a, events)
  return events.some((e) => {
    const person = e.data?.['person']
    return e.type === 'answered' && (millis(e.at) ?? 0) >= began && (e.actor.kind === 'elder' || (typeof person === 'string' && elders.has(person)))
  })
}

export interface CallBack { code: 'reached' | 'tried' | 'due' | 'unseen'; /** when the system next reminds or calls by itself */ at: string | null }

const reminders = ['rule/call-back', 'rule/verify', 'rule/unreached', 'rule/close']

/** How it stands with the call-back 回访 of a resolved alert about one person in need; null for every other alert. */
export function callBackOf(a: Alert, events: readonly AlertEvent[]): CallBack | null {
  if (a.state !== 'resolved' || isMachine(a) || a.outage || a.test || priorityOf(a) === 3) return null
  const at = (a.next ?? []).filter((s) => reminders.some((r) => s.step.startsWith(r))).map((s) => s.at).sort()[0] ?? null
  if (isCalledBack(a)) return { code: 'reached', at }
  if (!seenOrHeard(a, events)) return { code: 'unseen', at }
  return { code: a.followed_up_at ? 'tried' : 'due', at }
}
