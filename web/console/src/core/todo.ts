import type { Alert, Candidate, Person } from '../data/types'
import { comingOf, hereOf, summaryOf } from './people'
import { isAftercare, isCalledBack, isMachine, isUnaccepted, isWorking } from './queue'
import { minutes, millis } from './time'

// The answer to "what must I do next": one sentence, and the key that does it.
export interface Todo {
  code: 'accept' | 'prompt' | 'late' | 'doubt' | 'offer' | 'nobody' | 'call' | 'silent' | 'wait' | 'onscene' | 'follow' | 'close' | 'ended' | 'machine' | 'other' | 'unwell' | 'unseen' | 'check' | 'checked'
  key: string
  urgent: boolean
  vars: Record<string, string | number>
  person?: Person
}

const graceMs = 60_000

export interface TodoInput {
  /** the help has ended and nobody has seen or heard the elder */
  unseen?: boolean
  alert: Alert; candidates: readonly Candidate[]; now: number; prompted: boolean; me?: string
}

/** Candidates that can still be asked: not yet part of the alert. */
export function freeCandidates(a: Alert, list: readonly Candidate[]): Candidate[] {
  const inside = new Set((a.people ?? []).map((p) => p.id))
  return list.filter((c) => !c.state && !inside.has(c.helper))
}

/** Who would be there sooner than the best who can be asked, and is not asked: who is part of the alert already is no riddle. */
export function nearerNotAsked(a: Alert, leftOut: readonly Candidate[], best: Candidate | undefined): Candidate[] {
  return freeCandidates(a, leftOut).filter((c) => !best || c.duration_s < best.duration_s).sort((x, y) => x.duration_s - y.duration_s)
}

export function nextTodo({ alert, candidates, now, prompted, me, unseen }: TodoInput): Todo {
  const plain = (code: Todo['code'], key: string, urgent = false): Todo => ({ code, key, urgent, vars: {} })
  if (alert.state === 'resolved' && unseen && !isCalledBack(alert)) return plain('unseen', 'C', true)
  if (alert.state === 'resolved' && !isAftercare(alert)) return plain('unwell', 'C', true)
  if (alert.state === 'resolved') return isCalledBack(alert) ? plain('close', 'X') : plain('follow', 'F')
  if (!isWorking(alert)) return plain('ended', '')
  if (isUnaccepted(alert)) return plain('accept', 'A', true)
  if (alert.operator && me && alert.operator.id !== me) return { ...plain('other', ''), vars: { name: alert.operator.name ?? '' } }
  if ((alert.prompts ?? []).length > 0 && !prompted) return { ...plain('prompt', 'M', true), vars: { kind: alert.prompts?.at(-1)?.kind ?? '' } }
  if (alert.outage) return alert.outage.unchecked > 0 ? { ...plain('check', '1', true), vars: { count: alert.outage.unchecked } } : plain('checked', 'R')
  if (isMachine(alert)) return plain('machine', 'R')
  if (alert.state === 'on_scene' || hereOf(alert).length > 0) {
    return { ...plain('onscene', 'R'), vars: { name: hereOf(alert)[0]?.name ?? '' } }
  }
  return someoneComing(alert, candidates, now)
}

function someoneComing(alert: Alert, candidates: readonly Candidate[], now: number): Todo {
  const first = comingOf(alert)[0]
  const free = freeCandidates(alert, candidates)[0]
  if (first) {
    const eta = millis(first.eta_at)
    const vars = { name: first.name, minutes: eta === null ? '?' : Math.max(1, Math.ceil((eta - now) / 60_000)) }
    if (eta !== null && now - eta > graceMs) {
      return { code: 'late', key: 'C', urgent: true, person: first, vars: { ...vars, minutes: Math.floor((now - eta) / 60_000) } }
    }
    if (first.trouble) return { code: 'doubt', key: 'C', urgent: true, person: first, vars: { ...vars, trouble: first.trouble } }
    return { code: alert.silent ? 'silent' : 'call', key: alert.silent ? '' : 'C', urgent: false, person: first, vars }
  }
  if (free) return { code: 'offer', key: '1', urgent: true, vars: { name: free.name, minutes: minutes(free.duration_s) } }
  if (summaryOf(alert.people).trying > 0) return { code: 'wait', key: 'E', urgent: true, vars: { count: summaryOf(alert.people).trying } }
  return { code: 'nobody', key: 'E', urgent: true, vars: {} }
}
