import { describe, expect, it } from 'vitest'
import { moved, orders } from './order'

describe('moved', () => {
  it.each([[0, 2, 'bca'], [2, 0, 'cab'], [1, 1, 'abc'], [9, 0, 'abc']])('%i → %i', (from, to, want) => expect(moved([...'abc'], from, to).join('')).toBe(want))
})

describe('orders', () => {
  it('writes only what has changed', () => expect(orders([{ order: 1, id: 'a' }, { order: 3, id: 'c' }, { order: 2, id: 'b' }]).map((x) => [x.row.id, x.order])).toEqual([['c', 2], ['b', 3]]))
  it('gives numbers to those that had none', () => expect(orders([{ order: 99 }, { order: 99 }]).map((x) => x.order)).toEqual([1, 2]))
})
