import type { Alert, AlertEvent, Candidate, Person } from '../data/types'

// Values for the tests; nobody here is real.
export const t0 = Date.parse('2026-11-23T08:00:00Z')
export const at = (seconds: number): string => new Date(t0 + seconds * 1000).toISOString()

export function anAlert(o: Partial<Alert> = {}): Alert {
  return {
    id: 'a1', number: 1, state: 'raised', kind: 'sos', priority: 1, level: 1, elder: 'e1', operator: null, title: '张秀英', age: 82,
    raised_at: at(0), version: 1, seq: 1, people: [], next: [], prompts: [], ...o,
  }
}

export function aPerson(o: Partial<Person> = {}): Person {
  return { id: 'p1', part: 'helper', name: '李强', state: 'told', since: at(0), order: 1, messages: [], ...o }
}

export function aCandidate(o: Partial<Candidate> = {}): Candidate {
  return { helper: 'h1', name: '李强', duration_s: 240, ...o }
}

export function anEvent(type: string, data: Record<string, unknown> = {}, o: Partial<AlertEvent> = {}): AlertEvent {
  return { seq: 1, global: 1, alert: 'a1', type, at: at(0), actor: { kind: 'system', id: 'plan' }, data, ...o }
}
