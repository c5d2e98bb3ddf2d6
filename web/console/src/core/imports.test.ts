import { describe, expect, it } from 'vitest'
import { cellsOf, claimedTwice, percent, plainReason } from './imports'
import type { Import } from '../data/types'

const file = { columns: [{ heading: '姓名', field: 'name', samples: [] }, { heading: '纬度', field: 'lat', samples: [] }, { heading: '杂', field: null, samples: [] }] } as unknown as Import

describe('cellsOf', () => {
  it('puts each problem at its cell, and loses none', () => {
    const r = cellsOf(file, { line: 3, cells: ['', '99'], problems: [{ Name: 'name', Problem: '必填' }, { Name: 'position.lat', Problem: '太北' }, { Name: 'phones', Problem: '缺' }] })
    expect(r.cells).toEqual([{ text: '', problem: '必填' }, { text: '99', problem: '太北' }, { text: '', problem: '' }])
    expect(r.rest).toEqual(['phones: 缺'])
  })
  it('takes a row without problems', () => expect(cellsOf(file, { line: 1, cells: ['甲'], problems: null }).rest).toEqual([]))
})

describe('claimedTwice', () => {
  it('finds a field that two columns are to fill', () => expect(claimedTwice({ a: 'name', b: 'name', c: '', d: '' })).toEqual(['name']))
})

describe('percent', () => {
  it('says 100 only at the end', () => {
    expect(percent({ state: 'running', done: 100, total: 100 })).toBe(99)
    expect(percent({ state: 'running', done: 0, total: 0 })).toBe(0)
    expect(percent({ state: 'done', done: 3, total: 100 })).toBe(100)
  })
})

describe('plainReason', () => {
  it('says a field once', () => {
    expect(plainReason({ field: 'birth_date', reason: 'birth_date 日期格式应如 1944-03-15' })).toBe('日期格式应如 1944-03-15')
    expect(plainReason({ field: '', reason: 'two rows of one elder' })).toBe('two rows of one elder')
  })
})
