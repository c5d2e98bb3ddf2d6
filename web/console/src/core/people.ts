import type { Alert, Message, Person, PersonState } from '../data/types'
import { millis } from './time'

// Who has been reached. The groups are in the order in which an operator asks.
export type Group = 'here' | 'coming' | 'trying' | 'knows' | 'waiting' | 'out'

const groups: Record<PersonState, Group> = {
  arrived: 'here', departed: 'coming', coming: 'coming', ringing: 'trying', answered: 'trying', told: 'trying',
  heard: 'knows', reserve: 'knows', waiting: 'waiting', cannot: 'out', unreached: 'out', stood_down: 'out',
}

export const groupOrder: Group[] = ['here', 'coming', 'trying', 'knows', 'waiting', 'out']

export function groupOf(p: Person): Group {
  return groups[p.state] ?? 'waiting'
}

function comparePeople(a: Person, b: Person): number {
  const g = groupOf(a)
  if (g === 'coming' || g === 'here') {
    const d = (millis(a.eta_at) ?? Infinity) - (millis(b.eta_at) ?? Infinity)
    if (d !== 0 && !Number.isNaN(d)) return d
  }
  const part = (p: Person) => (p.part === 'contact' ? 0 : p.part === 'helper' ? 1 : 2)
  return part(a) - part(b) || (a.order ?? 99) - (b.order ?? 99) || (a.id < b.id ? -1 : 1)
}

// The elder is in the list once something was said to them; they are never counted as help.
function listed(p: Person): boolean {
  return p.part !== 'elder' || (p.messages ?? []).length > 0
}

export interface PeopleGroup { group: Group; people: Person[] }

export function peopleGroups(people: Person[] | undefined): PeopleGroup[] {
  return groupOrder
    .map((group) => ({ group, people: (people ?? []).filter((p) => listed(p) && groupOf(p) === group).sort(comparePeople) }))
    .filter((g) => g.people.length > 0)
}

export interface Summary { here: number; coming: number; trying: number; knows: number; waiting: number; out: number; human: boolean }

/** Counts for the line above the list. human: a human being has answered; ringing or a picked-up phone is no proof. */
export function summaryOf(people: Person[] | undefined): Summary {
  const s: Summary = { here: 0, coming: 0, trying: 0, knows: 0, waiting: 0, out: 0, human: false }
  for (const p of people ?? []) {
    if (p.part === 'elder') continue
    s[groupOf(p)]++
    if (['arrived', 'departed', 'coming', 'heard', 'cannot', 'reserve'].includes(p.state)) s.human = true
  }
  return s
}

/** Those on the way, the first to arrive first. */
export function comingOf(a: Alert): Person[] {
  return peopleGroups(a.people).find((g) => g.group === 'coming')?.people ?? []
}

export function hereOf(a: Alert): Person[] {
  return peopleGroups(a.people).find((g) => g.group === 'here')?.people ?? []
}

export interface ChannelLine { channel: string; status: string; at: string; tries: number; ok: boolean; bad: boolean }

const bad = new Set(['no_answer', 'busy', 'voicemail', 'failed', 'expired', 'unknown'])
const ok = new Set(['delivered', 'answered', 'completed'])

/** One line per channel: where its latest message stands, and the how manieth it is. */
export function channelLines(messages: Message[] | undefined): ChannelLine[] {
  const by = new Map<string, Message[]>()
  for (const m of messages ?? []) {
    if (m.status === 'cancelled') continue
    by.set(m.channel, [...(by.get(m.channel) ?? []), m])
  }
  return ['voice', 'sms', 'push', ...[...by.keys()].filter((c) => !['voice', 'sms', 'push'].includes(c))].flatMap((channel) => {
    const list = by.get(channel)
    if (!list) return []
    const last = list.reduce((a, b) => ((millis(b.told_at ?? b.at) ?? 0) >= (millis(a.told_at ?? a.at) ?? 0) ? b : a))
    return [{ channel, status: last.status, at: last.at, tries: list.length, ok: ok.has(last.status), bad: bad.has(last.status) }]
  })
}
