import { describe, expect, it } from 'vitest'
import { announced, countsOf, mayOpenByItself, neighbour, nobodySpeaks, queueOf, toOpen } from './queue'
import { anAlert, at, t0 } from './fixtures'

const ids = (list: { id: string }[]) => list.map((a) => a.id).join(' ')

describe('queueOf', () => {
  it('puts people above machines, life above urgency, unaccepted first, then the oldest', () => {
    const list = [
      anAlert({ id: 'flat', kind: 'low_battery', priority: 3, raised_at: at(-9000) }),
      anAlert({ id: 'taken', state: 'accepted', raised_at: at(-600) }),
      anAlert({ id: 'new', raised_at: at(-5) }),
      anAlert({ id: 'older', raised_at: at(-50) }),
      anAlert({ id: 'urgent', priority: 2, kind: 'inactivity', raised_at: at(-700) }),
    ]
    expect(ids(queueOf(list))).toBe('older new taken urgent flat')
  })
  it('never lets a device fault outrank a person, whatever its priority says', () => {
    const list = [anAlert({ id: 'fault', kind: 'fault', priority: 1 }), anAlert({ id: 'person', priority: 3, kind: 'door', state: 'accepted' })]
    expect(ids(queueOf(list))).toBe('person fault')
  })
  it('counts smoke and gas as people', () => {
    expect(ids(queueOf([anAlert({ id: 'door', kind: 'door', priority: 2 }), anAlert({ id: 'gas', kind: 'gas', priority: 1, raised_at: at(9) })]))).toBe('gas door')
  })
  it('keeps what waits for a call-back at the end and drops what has ended', () => {
    const list = [
      anAlert({ id: 'resolved', state: 'resolved' }), anAlert({ id: 'closed', state: 'closed' }), anAlert({ id: 'joined', state: 'joined' }),
      anAlert({ id: 'cancelled', state: 'cancelled' }), anAlert({ id: 'flat', kind: 'low_battery', priority: 3 }),
    ]
    expect(ids(queueOf(list))).toBe('flat resolved')
  })
  it('brings a resolved alert back up when it has become loud', () => {
    expect(ids(queueOf([anAlert({ id: 'urgent', priority: 2, state: 'accepted' }), anAlert({ id: 'unwell', state: 'resolved', level: 2 })]))).toBe('unwell urgent')
  })
  it('puts ahead what the server puts ahead, and never a taken alert above one that waits', () => {
    const list = [
      anAlert({ id: 'old', urgency: 10, raised_at: at(-90) }), anAlert({ id: 'again', urgency: 8, raised_at: at(-5) }),
      anAlert({ id: 'taken', urgency: 7, state: 'accepted', raised_at: at(-99) }), anAlert({ id: 'second', priority: 2, urgency: 17 }),
    ]
    expect(ids(queueOf(list))).toBe('again old taken second')
  })
  it('shows a line on which nobody speaks before everything, until somebody is at the door', () => {
    const silent = anAlert({ id: 'silent', state: 'helping', no_speech_at: at(-9), urgency: 0 })
    const list = [anAlert({ id: 'new', raised_at: at(-90) }), silent]
    expect(ids(queueOf(list))).toBe('silent new')
    expect(nobodySpeaks({ ...silent, on_scene_at: at(0), state: 'on_scene' })).toBe(false)
    expect(nobodySpeaks({ ...silent, state: 'resolved' })).toBe(false)
  })
  it('is the same for the same alerts in another order', () => {
    const list = ['b', 'a', 'c'].map((id) => anAlert({ id }))
    expect(ids(queueOf(list))).toBe(ids(queueOf(list.toReversed())))
  })
})

describe('countsOf', () => {
  it('counts what is being worked on and knows the oldest that waits', () => {
    const [p1, p2] = countsOf([anAlert({ id: 'a', raised_at: at(-30) }), anAlert({ id: 'b', raised_at: at(-60) }), anAlert({ id: 'c', state: 'helping' }), anAlert({ id: 'd', state: 'resolved' })])
    expect(p1).toEqual({ priority: 1, total: 3, unaccepted: 2, oldest: t0 - 60_000 })
    expect(p2).toEqual({ priority: 2, total: 0, unaccepted: 0, oldest: null })
  })
})

describe('what comes by itself', () => {
  it('announces the first that waits, not the one on screen and no machine', () => {
    const q = queueOf([anAlert({ id: 'shown' }), anAlert({ id: 'waits', raised_at: at(5) }), anAlert({ id: 'flat', kind: 'low_battery' })])
    expect(announced(q, 'shown')?.id).toBe('waits')
    expect(announced(queueOf([anAlert({ id: 'flat', kind: 'low_battery' })]), null)).toBeNull()
  })
  it('announces what no operator has, also when somebody is on the way already', () => {
    const coming = anAlert({ state: 'helping', waiting_since: at(0) })
    expect(announced([coming], null)?.id).toBe('a1')
    expect(announced([{ ...coming, waiting_since: null }], null)).toBeNull()
    expect(announced([{ ...coming, state: 'resolved' }], null)).toBeNull()
  })
  it('announces first what stands at this seat, and before it a line on which nobody speaks', () => {
    const theirs = anAlert({ id: 'theirs', raised_at: at(-9), turn: { operator: 'op2', at: at(0) } })
    const mine = anAlert({ id: 'mine', turn: { operator: 'op1', at: at(0) } })
    expect(announced(queueOf([theirs, mine]), null, 'op1')?.id).toBe('mine')
    expect(announced(queueOf([theirs]), null, 'op1')?.id).toBe('theirs')
    expect(announced(queueOf([{ ...theirs, no_speech_at: at(0) }, mine]), null, 'op1')?.id).toBe('theirs')
  })
  it('never takes the screen from an operator at work', () => {
    const may = (current: ReturnType<typeof anAlert> | null, byItself = true) => mayOpenByItself({ current, me: 'op1', byItself })
    expect(may(null)).toBe(true)
    expect(may(anAlert({ state: 'helping' }))).toBe(false)
    expect(may(anAlert({ state: 'raised' }))).toBe(false)
    expect(may(anAlert({ state: 'resolved' }))).toBe(true)
    expect(may(anAlert({ turn: { operator: 'op1', at: at(0) } }))).toBe(false)
    expect(may(anAlert({ turn: { operator: 'op2', at: at(0) } }))).toBe(true)
    expect(may(anAlert({ turn: { operator: 'op2', at: at(0) } }), false)).toBe(false)
    expect(may(anAlert({ state: 'accepted', turn: { operator: 'op2', at: at(0) } }))).toBe(false)
  })
  it('opens what stands here before what stands nowhere, and that before what stands elsewhere', () => {
    const theirs = anAlert({ id: 'theirs', raised_at: at(-9), turn: { operator: 'op2', at: at(0) } })
    const free = anAlert({ id: 'free', raised_at: at(-5) })
    const mine = anAlert({ id: 'mine', turn: { operator: 'op1', at: at(0) } })
    expect(toOpen(queueOf([theirs, free, mine]), 'op1')?.id).toBe('mine')
    expect(toOpen(queueOf([theirs, free]), 'op1')?.id).toBe('free')
    expect(toOpen(queueOf([theirs]), 'op1')?.id).toBe('theirs')
    expect(toOpen(queueOf([anAlert({ operator: { id: 'op2' }, state: 'accepted' }), anAlert({ kind: 'fault' })]), 'op1')).toBeNull()
    expect(toOpen(queueOf([free, anAlert({ id: 'hand', operator: { id: 'op1' }, state: 'helping' })]), 'op1')?.id).toBe('hand')
  })
})

describe('neighbour', () => {
  const q = queueOf([anAlert({ id: 'a' }), anAlert({ id: 'b', raised_at: at(1) })])
  it('moves and stops at the ends', () => {
    expect(neighbour(q, 'a', 1)).toBe('b')
    expect(neighbour(q, 'b', 1)).toBe('b')
    expect(neighbour(q, 'a', -1)).toBe('a')
  })
  it('starts somewhere', () => {
    expect(neighbour(q, null, 1)).toBe('a')
    expect(neighbour(q, 'gone', -1)).toBe('b')
    expect(neighbour([], null, 1)).toBeNull()
  })
})
