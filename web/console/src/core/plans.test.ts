import { describe, expect, it } from 'vitest'
import type { PlanView, StepTold, TryLine } from '../data/types'
import { answersOf, byMinute, idFor, kindsIn, lineSign, nameIn, partOf, signOf, stages, targetOf, whoAnswers } from './plans'

const step = (name: string, after: string, at_s: number): StepTold => ({ step: name, do: 'sound', after, from: after, at: '', at_s, when: '', what: name })
const line = (after_s: number, more: Partial<TryLine> = {}): TryLine => ({ after_s, event: 'told', told: { zh: '', en: '' }, ...more })
const plan = (id: string, version: number): PlanView => ({ id, version, centre: '', name: null, body: 'x', author: 'o1', for: ['door'], priority: 2 })

describe('the steps of a plan', () => {
  it('stand by what they wait for, and there in order of time', () => {
    const got = stages([step('loud', 'waiting', 30), step('close', 'resolved', 0), step('sms', 'raised', 0), step('wave', 'raised', 60), step('call', 'raised', 0), step('seats', 'waiting', 0)])
    expect(got.map((s) => [s.after, s.steps.map((x) => x.step)])).toEqual([['raised', ['sms', 'call', 'wave']], ['waiting', ['seats', 'loud']], ['resolved', ['close']]])
  })
  it('of a kind that we do not know come last', () => {
    expect(stages([step('a', 'someday', 0), step('b', 'do_by', 0)]).map((s) => s.after)).toEqual(['do_by', 'someday'])
  })
  it('have a sign for each verb', () => {
    expect(signOf('prompt')).toBe('warn')
    expect(signOf('dance')).toBe('right')
  })
})

describe('where a text is saved', () => {
  const all = [plan('door', 3), plan('door~c1', 2)]
  it('is told by its name and the centre', () => {
    expect(nameIn('# night\nplan: "door"\nname: x')).toBe('door')
    expect(nameIn('name: {plan: x}\n  plan: y')).toBe('')
    expect(kindsIn('plan: x\nfor: [door, low_battery]\n')).toEqual(['door', 'low_battery'])
    expect(kindsIn('for:\n  - sos\n  - fall\npriority: 1')).toEqual(['sos', 'fall'])
    expect(kindsIn('for: ')).toEqual([])
    expect(idFor('door', 'c1')).toBe('door~c1')
  })
  it('is the next version of what it was made from, even when somebody has saved meanwhile', () => {
    expect(targetOf('plan: door', '', { id: 'door', version: 2 }, all)).toEqual({ id: 'door', base: 2, does: 'next' })
  })
  it('is a plan of its own for another centre or under another name', () => {
    expect(targetOf('plan: door', 'c2', { id: 'door', version: 3 }, all)).toEqual({ id: 'door~c2', base: 0, does: 'first' })
    expect(targetOf('plan: gate', '', { id: 'door', version: 3 }, all)).toEqual({ id: 'gate', base: 0, does: 'first' })
  })
  it('says when it would take the place of a plan that it was not made from', () => {
    expect(targetOf('plan: door', 'c1', { id: 'door', version: 3 }, all)).toEqual({ id: 'door~c1', base: 2, does: 'over' })
    expect(targetOf('', 'c1', { id: '', version: 0 }, all)).toBeNull()
  })
})

describe('a trial', () => {
  it('is told minute by minute, without those in which nothing happens', () => {
    expect(byMinute([line(0), line(59), line(60), line(245)]).map((m) => [m.minute, m.lines.length])).toEqual([[0, 2], [1, 1], [4, 1]])
  })
  it('says an offer once, however many messages it takes', () => {
    const of = (event: string, channel: string, step = 'wave-1'): TryLine => line(60, { event, channel, step, person: 'h1' })
    expect(byMinute([of('offered', ''), of('told', 'sms'), of('told', 'voice'), of('told', 'sms', 'other')])[0]?.lines.map((l) => [l.event, l.step])).toEqual([['offered', 'wave-1'], ['told', 'other']])
  })
  it('knows what each can answer', () => {
    for (const who of whoAnswers) expect(answersOf(who).length, who).toBeGreaterThan(0)
    expect(answersOf('operator')).toEqual(['accept'])
    expect(answersOf('helper2')).toContain('arrived')
    expect(partOf('helper2')).toEqual({ part: 'helper', n: 2 })
    expect(partOf('elder')).toEqual({ part: 'elder', n: 0 })
  })
  it('marks a call, a refusal and what it does not know', () => {
    expect(lineSign(line(1, { channel: 'voice' }))).toBe('call')
    expect(lineSign(line(1, { event: 'answered', answer: 'cannot' }))).toBe('cannot')
    expect(lineSign(line(1, { event: 'escalated', level: 1 }))).toBe('sound')
    expect(lineSign(line(1, { event: 'escalated', level: 3, to: 'supervisor' }))).toBe('up')
    expect(lineSign(line(1, { event: 'something' }))).toBe('waiting')
  })
})
