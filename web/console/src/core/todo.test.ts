import { describe, expect, it } from 'vitest'
import { aCandidate, anAlert, aPerson, at, t0 } from './fixtures'
import { nearerNotAsked, nextTodo } from './todo'
import type { Alert, Candidate } from '../data/types'

const todo = (o: Partial<Alert>, candidates: Candidate[] = [], prompted = false) => nextTodo({ alert: anAlert({ operator: { id: 'me' }, ...o }), candidates, now: t0, prompted, me: 'me' })

describe('nextTodo', () => {
  it('accept comes before everything', () => expect(todo({ state: 'raised', operator: null, prompts: [{ kind: 'ambulance', at: at(0) }] })).toMatchObject({ code: 'accept', key: 'A', urgent: true }))
  it('accept, too, when somebody is on the way whom no operator has in hand', () => expect(todo({ state: 'helping', operator: null, waiting_since: at(0) }).code).toBe('accept'))
  it('asks about who is on the way and does not come on', () => {
    const people = [aPerson({ state: 'coming', eta_at: at(200), trouble: 'still' })]
    expect(todo({ state: 'helping', people })).toMatchObject({ code: 'doubt', key: 'C', urgent: true, vars: { name: '李强', trouble: 'still' } })
  })
  it('then what only a human can do by telephone', () => {
    expect(todo({ state: 'accepted', prompts: [{ kind: 'ambulance', at: at(0) }] }).code).toBe('prompt')
    expect(todo({ state: 'accepted', prompts: [{ kind: 'ambulance', at: at(0) }] }, [], true).code).not.toBe('prompt')
  })
  it('asks the best free helper while nobody comes', () => {
    const people = [aPerson({ id: 'h1', state: 'cannot' })]
    expect(todo({ state: 'accepted', people }, [aCandidate({ helper: 'h1' }), aCandidate({ helper: 'h2', name: '孙磊' })])).toMatchObject({ code: 'offer', key: '1', vars: { name: '孙磊', minutes: 4 } })
  })
  it('waits for answers, or escalates when there is nobody to ask', () => {
    expect(todo({ state: 'accepted', people: [aPerson({ state: 'ringing' })] })).toMatchObject({ code: 'wait', key: 'E' })
    expect(todo({ state: 'accepted' })).toMatchObject({ code: 'nobody', key: 'E' })
  })
  it('calls the elder while help is coming, but never in a silent alarm', () => {
    const people = [aPerson({ state: 'coming', eta_at: at(170) })]
    expect(todo({ state: 'helping', people })).toMatchObject({ code: 'call', key: 'C', vars: { minutes: 3 } })
    expect(todo({ state: 'helping', people, silent: true })).toMatchObject({ code: 'silent', key: '' })
  })
  it('says when somebody is late', () => expect(todo({ state: 'helping', people: [aPerson({ state: 'coming', eta_at: at(-130) })] })).toMatchObject({ code: 'late', urgent: true, vars: { minutes: 2 } }))
  it('goes through the end: outcome, call-back, close', () => {
    expect(todo({ state: 'on_scene', people: [aPerson({ state: 'arrived' })] })).toMatchObject({ code: 'onscene', key: 'R' })
    expect(todo({ state: 'resolved' })).toMatchObject({ code: 'follow', key: 'F' })
    expect(todo({ state: 'resolved', satisfaction: 'satisfied' })).toMatchObject({ code: 'close', key: 'X' })
    expect(todo({ state: 'resolved', followed_up_at: at(0), reached: null }).code).toBe('follow')
    expect(todo({ state: 'resolved', level: 2 })).toMatchObject({ code: 'unwell', urgent: true })
    expect(todo({ state: 'closed' }).code).toBe('ended')
  })
  it('does not order an operator about in the case of another', () => expect(todo({ state: 'accepted', operator: { id: 'o2', name: '吴凡' } })).toMatchObject({ code: 'other', vars: { name: '吴凡' } }))
})

describe('after the end of the help', () => {
  it('calls the elder whom nobody has seen or heard, however loud it rings', () => {
    const resolved = (o: Partial<Alert>) => nextTodo({ alert: anAlert({ state: 'resolved', reached: null, ...o }), candidates: [], now: t0, prompted: false, unseen: true })
    expect(resolved({ level: 2 })).toMatchObject({ code: 'unseen', key: 'C', urgent: true })
    expect(resolved({ level: 0 }).code).toBe('unseen')
    expect(resolved({ level: 0, reached: 'elder' }).code).toBe('close')
  })
})

describe('nearerNotAsked', () => {
  const best = aCandidate({ helper: 'best', duration_s: 300 })
  it('names who would be there sooner and is not part of the alert, the soonest first', () => {
    const left = [aCandidate({ helper: 'far', duration_s: 900 }), aCandidate({ helper: 'near', duration_s: 200 }), aCandidate({ helper: 'next', duration_s: 60 }), aCandidate({ helper: 'in', duration_s: 30 })]
    const a = anAlert({ people: [aPerson({ id: 'in' })] })
    expect(nearerNotAsked(a, left, best).map((c) => c.helper)).toEqual(['next', 'near'])
    expect(nearerNotAsked(a, left, undefined)).toHaveLength(3)
  })
})

describe('an outage', () => {
  const outage = { by: 'gateway', value: 'mqtt', people: 9, unchecked: 4, well: 5, help: 0, back: 0 }
  const next = (o: Partial<typeof outage>) => nextTodo({ alert: anAlert({ kind: 'outage', state: 'accepted', elder: null, outage: { ...outage, ...o } }), candidates: [], now: t0, prompted: false })
  it('is worked by checking on people, until nobody is left', () => {
    expect(next({})).toMatchObject({ code: 'check', key: '1', vars: { count: 4 } })
    expect(next({ unchecked: 0 })).toMatchObject({ code: 'checked', key: 'R' })
  })
})
