import { describe, expect, it } from 'vitest'
import { differing, takenOver } from './mergeplan'

const a = { name: '张秀英', phones: ['1'], access: '', tier: 'vip' }
const b = { name: '张秀英', phones: ['2'], access: '密码在女儿处', tier: 'normal' }

describe('merging two records', () => {
  it('asks only where they differ, and proposes what is not empty', () => {
    expect(differing(Object.keys(a), a, b)).toEqual([{ name: 'phones', side: 'a' }, { name: 'access', side: 'b' }, { name: 'tier', side: 'a' }])
  })
  it('takes over what was chosen of the other, and puts lists together', () => {
    expect(takenOver({ phones: 'both', access: 'b', tier: 'a' }, a, b)).toEqual({ phones: ['1', '2'], access: '密码在女儿处' })
  })
})
