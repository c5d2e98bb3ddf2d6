import { describe, expect, it } from 'vitest'
import { announced, countsOf, mayOpenByItself, neighbour, queueOf } from './queue'
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
  it('never takes the screen from an operator at work', () => {
    expect(mayOpenByItself(null)).toBe(true)
    expect(mayOpenByItself(anAlert({ state: 'helping' }))).toBe(false)
    expect(mayOpenByItself(anAlert({ state: 'raised' }))).toBe(false)
    expect(mayOpenByItself(anAlert({ state: 'resolved' }))).toBe(true)
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
