import type { Alert, AlertEvent, Lang, NextStep, Person, Reason } from '../data/types'
import { placeOfEvent } from './where'
import { minutes } from './time'
import { titleOf } from './title'
import { code, hasWord, say, sayAny } from './words'

// Every line of the timeline is a sentence of the message file, chosen by the event's type and the
// one fact in it that matters most.

function text(e: AlertEvent, name: string): string {
  const v = e.data?.[name]
  return typeof v === 'string' ? v : ''
}

function figure(e: AlertEvent, name: string): number {
  const v = e.data?.[name]
  return typeof v === 'number' ? v : 0
}

function travelSeconds(e: AlertEvent): number {
  const t = e.data?.['travel']
  if (t && typeof t === 'object' && 'duration_s' in t && typeof t.duration_s === 'number') return t.duration_s
  return figure(e, 'travel_s') || figure(e, 'duration_s')
}

export function personName(people: Person[] | undefined, id: string, lang: Lang): string {
  if (id === 'elder') return sayAny(lang, 'part.elder')
  const p = people?.find((x) => x.id === id)
  if (!p) return ''
  if (p.name) return p.name
  return code(lang, 'part', p.part)
}

function concerned(e: AlertEvent, alert: Alert, lang: Lang): string {
  if (e.names?.length) return together(e.names, lang)
  const who = e.data?.['who']
  if (who && typeof who === 'object' && 'name' in who && typeof who.name === 'string' && who.name) return who.name
  const id = text(e, 'person') || text(e, 'helper') || (['contact', 'helper', 'elder'].includes(e.actor.kind) ? e.actor.id : '')
  return text(e, 'name') || personName(alert.people, id, lang) || (id === alert.elder && alert.title) || actorName(e, alert, lang)
}

export function actorName(e: AlertEvent, alert: Alert, lang: Lang): string {
  return e.actor.name || personName(alert.people, e.actor.id, lang) || code(lang, 'actor', e.actor.kind)
}

// The variant that says more than the bare type.
function variant(e: AlertEvent): string[] {
  switch (e.type) {
    case 'raised': return lateSeconds(e) < 60 ? [] : text(e, 'kind') === 'zone' ? ['zone'] : ['late']
    case 'pressed_again': return [text(e, 'kind')]
    case 'told': case 'called': return [text(e, 'channel')]
    case 'answered': return [text(e, 'answer')]
    case 'returned': return [text(e, 'reason')]
    case 'progress': return [text(e, 'code'), travelSeconds(e) > 0 ? 'minutes' : '']
    case 'path': return lateSeconds(e) >= 1 ? ['late'] : []
    case 'checked': return e.names ? [`${text(e, 'outcome')}.named`, text(e, 'outcome')] : [text(e, 'outcome')]
    case 'located': return placeOfEvent(e, 'zh').away ? ['away'] : []
    case 'gathered': case 'back': return e.names ? ['named'] : []
    case 'turn': return text(e, 'name') ? ['name'] : []
    case 'offered': return travelSeconds(e) > 0 ? ['minutes'] : []
    case 'escalated': return [text(e, 'to'), figure(e, 'level') ? 'level' : '', text(e, 'reason') ? '' : 'plain']
    case 'followed_up': return e.data?.['reached'] ? [] : ['unreached']
    case 'step_due': return e.data?.['short'] === true ? ['short'] : []
    case 'degraded': return text(e, 'reason') || text(e, 'text') ? [] : ['plain']
    default: return []
  }
}

function lateSeconds(e: AlertEvent): number {
  const raised = e.data?.['raised']
  const nested = raised && typeof raised === 'object' && 'late_s' in raised && typeof raised.late_s === 'number' ? raised.late_s : 0
  return nested || figure(e, 'late_s')
}

function keyOf(e: AlertEvent): string | undefined {
  const base = `event.${e.type}`
  return [...variant(e).filter(Boolean).map((v) => `${base}.${v}`), base].find(hasWord)
}

export function eventSentence(e: AlertEvent, alert: Alert, lang: Lang, names?: string): string {
  const key = keyOf(e)
  if (!key) return e.type
  const seconds = travelSeconds(e)
  const place = placeOfEvent(e, lang)
  return sayAny(lang, key, {
    name: names ?? concerned(e, alert, lang),
    actor: actorName(e, alert, lang),
    kind: code(lang, 'kind', text(e, 'kind') || alert.kind),
    title: titleOf(alert, lang),
    minutes: e.type === 'raised' ? Math.floor(lateSeconds(e) / 60) : seconds ? minutes(seconds) : '',
    channel: e.type === 'path' ? code(lang, 'path', text(e, 'channel')) : code(lang, 'channel', text(e, 'channel')),
    seconds: lateSeconds(e),
    plan: code(lang, 'plan', text(e, 'plan').split('@')[0]),
    status: code(lang, 'message', text(e, 'status')),
    text: text(e, 'text'),
    source: place.source,
    why: place.why,
    distance: place.distance,
    reason: code(lang, 'cause', text(e, 'reason') || text(e, 'text')),
    level: figure(e, 'level') || '',
    count: Array.isArray(e.data?.['elders']) ? e.data['elders'].length : '',
    to: code(lang, 'to', text(e, 'to')),
    step: stepName(text(e, 'step'), lang),
    outcome: code(lang, 'outcome', text(e, 'outcome')),
    satisfaction: code(lang, 'satisfaction', text(e, 'satisfaction')),
    prompt: code(lang, 'prompt', text(e, 'kind') || text(e, 'code') || text(e, 'text')),
  }) + note(e)
}

// A remark that came with a command belongs behind its sentence.
function note(e: AlertEvent): string {
  const t = text(e, 'note') || (['located', 'resolved', 'followed_up', 'closed', 'transferred'].includes(e.type) ? text(e, 'text') || text(e, 'reason') : '')
  return t ? ` – ${t}` : ''
}

/** What the plan does next, as people count down to it: that the system looks where somebody is, is no step for them. */
export function nextSteps(a: Alert): NextStep[] {
  return (a.next ?? []).filter((s) => !s.step.startsWith('rule/look/'))
}

export function stepName(step: string, lang: Lang): string {
  if (hasWord(`step.${step}`)) return sayAny(lang, `step.${step}`)
  // A rule that no plan can switch off: rule/name, and the person whom it is about.
  const rule = /^rule\/([^/]+)/.exec(step)?.[1]
  return rule && hasWord(`rule.${rule}`) ? sayAny(lang, `rule.${rule}`) : step
}

const badReceipt = (e: AlertEvent) => ['no_answer', 'busy', 'voicemail', 'failed', 'expired'].includes(text(e, 'status'))

/** Carriers report every hop; an operator wants to read only what did not work, the rest is in the list of people. */
export function isDetail(e: AlertEvent): boolean {
  if (['step_due', 'progress', 'turn'].includes(e.type)) return true
  return e.type === 'receipt' && !badReceipt(e)
}

export type Tone = 'alarm' | 'good' | 'bad' | 'human' | 'quiet'

export function toneOf(e: AlertEvent): Tone {
  if (['raised', 'pressed_again', 'escalated', 'prompted', 'degraded', 'cancel_asked', 'returned', 'no_speech', 'continued', 'gathered', 'left'].includes(e.type)) return 'alarm'
  if (['arrived', 'departed', 'resolved', 'back', 'zone_back'].includes(e.type)) return 'good'
  if (e.type === 'checked') return text(e, 'outcome') === 'well' ? 'good' : 'bad'
  if (e.type === 'answered') return ['cannot', 'unwell', 'unclear'].includes(text(e, 'answer')) ? 'bad' : 'good'
  if (e.type === 'receipt') return badReceipt(e) ? 'bad' : 'quiet'
  return e.actor.kind === 'operator' ? 'human' : 'quiet'
}

export interface Line { seq: number; at: string; type: string; tone: Tone; text: string }

const sameBreathMs = 4000
const merged = new Set(['told', 'offered', 'reserved', 'stood_down', 'receipt'])
// Working through the list of an outage is one deed of many calls.
const checksMs = 600_000

/** What is one line with it when it happens close by: its likeness, and how close by that is. Null when it stands alone. */
function likeness(e: AlertEvent, key: string): { like: string; within: number } | null {
  if (merged.has(e.type)) return { like: key + text(e, 'status') + e.actor.kind, within: sameBreathMs }
  return e.type === 'checked' && e.names ? { like: key + e.actor.id, within: checksMs } : null
}

const namesShown = 4

function together(names: string[], lang: Lang): string {
  const list = names.slice(0, namesShown).join(lang === 'zh' ? '、' : ', ')
  return names.length <= namesShown ? list : say(lang, 'ui.names.more', { names: list, count: names.length - namesShown })
}

/** The timeline as it is read: the same thing done to several people in one breath is one line. */
export function timelineOf(events: readonly AlertEvent[], alert: Alert, lang: Lang, details: boolean): Line[] {
  const groups: { first: AlertEvent; like: string; names: string[] }[] = []
  for (const e of events) {
    if (!details && isDetail(e)) continue
    const near = details ? null : likeness(e, keyOf(e) ?? e.type)
    const name = concerned(e, alert, lang)
    // Different minutes belong to different people: a merged offer leaves them out.
    const group = near && groups.slice(-4).find((g) => g.like === near.like && Date.parse(e.at) - Date.parse(g.first.at) < near.within)
    if (group) {
      if (!group.names.includes(name)) group.names.push(name)
    } else groups.push({ first: e, like: near?.like ?? '', names: [name] })
  }
  return groups.map(({ first, names }) => {
    const e = names.length > 1 && first.type === 'offered' ? { ...first, data: { ...first.data, travel: null } } : first
    return { seq: first.seq, at: first.at, type: first.type, tone: toneOf(first), text: eventSentence(e, alert, lang, names.length > 1 ? together(names, lang) : undefined) }
  })
}

/** A reason of a helper's place in the list, in words. */
export function reasonText(r: Reason | string, lang: Lang): string {
  if (typeof r === 'string') return code(lang, 'reason', r)
  // Our own words are the short ones of a list; the server's are whole sentences.
  return hasWord(`reason.${r.code}`) ? code(lang, 'reason', r.code) : r[lang] || r.code
}
