import { describe, expect, it } from 'vitest'
import { pickable, serviceTree } from './services'
import type { Service } from '../data/types'

const s = (code: string, zh: string, en: string, parent?: string): Service => ({ code, parent, name: { zh, en } })
const all = [s('01', '家政', 'housekeeping'), s('0101', '保洁', 'cleaning', '01'), s('0102', '做饭', 'cooking', '01'), s('02', '维修', 'repair'), s('0201', '水管', 'plumbing', '02')]

describe('serviceTree', () => {
  it('groups kinds below their class', () => {
    const t = serviceTree(all, '', 'zh')
    expect(t.map((g) => [g.service.code, pickable(g)])).toEqual([['01', ['0101', '0102']], ['02', ['0201']]])
  })
  it('finds by either language and by code; a class that fits keeps all its kinds', () => {
    expect(serviceTree(all, 'cook', 'en').map((g) => pickable(g))).toEqual([['0102']])
    expect(serviceTree(all, '水管', 'en').map((g) => pickable(g))).toEqual([['0201']])
    expect(serviceTree(all, 'house', 'en').map((g) => pickable(g))).toEqual([['0101', '0102']])
    expect(serviceTree(all, 'no such', 'en')).toEqual([])
  })
  it('does not run in circles', () => expect(serviceTree([s('a', '甲', 'a', 'b'), s('b', '乙', 'b', 'a')], '', 'zh')).toBeDefined())
})
