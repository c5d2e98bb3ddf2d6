import { describe, expect, it } from 'vitest'
import { changes, merge, same } from './conflict'

describe('same', () => {
  it('sees nothing, empty text and empty list as one', () => {
    expect(same(null, '')).toBe(true)
    expect(same(undefined, [])).toBe(true)
    expect(same({ a: '' }, {})).toBe(true)
    expect(same(false, '')).toBe(false)
    expect(same(0, '')).toBe(false)
  })
  it('does not mind the order of keys, but that of a list', () => {
    expect(same({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true)
    expect(same(['x', 'y'], ['y', 'x'])).toBe(false)
  })
})

describe('merge', () => {
  const base = { name: '张秀英', phones: ['1'], address: '甲', tier: 'normal' }
  it('asks only where both have changed the same field differently', () => {
    const m = merge(Object.keys(base), base, { ...base, address: '乙', tier: 'vip' }, { ...base, address: '丙', phones: ['2'] })
    expect(m.clashes).toEqual([{ name: 'address', mine: '乙', theirs: '丙' }])
    expect(m.patch).toEqual({ address: '乙', tier: 'vip' })
    expect(m.taken).toEqual(['phones'])
  })
  it('has nothing to ask when both meant the same', () => {
    expect(merge(['address'], base, { address: '乙' }, { address: '乙' })).toEqual({ patch: {}, clashes: [], taken: [] })
  })
  it('sends null for what was emptied', () => expect(changes(['address', 'tier'], base, { address: '', tier: 'normal' })).toEqual({ address: '' }))
  it('never sends what it was not asked about', () => expect(changes(['name'], base, { name: '李', access: '1234' })).toEqual({ name: '李' }))
})
