import { describe, expect, it } from 'vitest'
import { ordered } from './sorting'

describe('ordered', () => {
  it('leaves rows as they came without a key', () => {
    const rows = [3, 1, 2]
    expect(ordered(rows, undefined, true, 'zh')).toBe(rows)
  })
  it('sorts numbers as numbers, and puts what is empty last in both directions', () => {
    expect(ordered(['10', '9', ''], (x) => (x ? Number(x) : ''), false, 'en')).toEqual(['9', '10', ''])
    expect(ordered(['10', '9', ''], (x) => (x ? Number(x) : ''), true, 'en')).toEqual(['10', '9', ''])
  })
  it('keeps equal rows in their order', () => expect(ordered([{ n: 'a', i: 1 }, { n: 'a', i: 2 }], (x) => x.n, false, 'en').map((x) => x.i)).toEqual([1, 2]))
})
