import { describe, expect, it } from 'vitest'
import type { OpenSeat } from '../data/types'
import { anAlert, at } from './fixtures'
import { inHand, seatOrder } from './seats'

const seat = (operator: string, state: OpenSeat['state']): OpenSeat => ({ operator, state, beat_at: at(0) })

describe('the seats of a centre', () => {
  it('name first those that are not heard of', () => {
    const list = [seat('c', 'away'), seat('b', 'free'), seat('a', 'free'), seat('d', 'silent')]
    expect(seatOrder(list).map((s) => s.operator)).toEqual(['d', 'a', 'b', 'c'])
  })
  it('show what each has in hand and what stands at it, and nothing that has ended', () => {
    const queue = [
      anAlert({ id: 'stands', turn: { operator: 'op1', at: at(0) } }), anAlert({ id: 'has', state: 'helping', operator: { id: 'op1' } }),
      anAlert({ id: 'other', state: 'helping', operator: { id: 'op2' } }), anAlert({ id: 'done', state: 'resolved', operator: { id: 'op1' } }),
      anAlert({ id: 'taken', state: 'accepted', operator: { id: 'op2' }, turn: { operator: 'op1', at: at(0) } }),
    ]
    expect(inHand(queue, 'op1').map((h) => [h.alert.id, h.waits])).toEqual([['stands', true], ['has', false]])
  })
})
