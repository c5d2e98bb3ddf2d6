import { describe, expect, it } from 'vitest'
import { alike, questions } from './likeness'
import type { ElderRecord } from '../data/types'

const e = (o: Partial<ElderRecord>): ElderRecord => ({ id: 'e', version: 1, name: '张秀英', ...o })

describe('alike', () => {
  it('is sure of the same number, however it is written', () => {
    const [a] = alike({ name: '张秀', id_number: '000000 19440315 002x' }, [e({ id_number: '00000019440315002X' })])
    expect(a).toMatchObject({ sure: true, reasons: ['id_number'] })
  })
  it('is sure of name and birth date, not of a name alone', () => {
    expect(alike({ name: '张秀英', birth_date: '1944-03-15' }, [e({ birth_date: '1944-03-15' })])[0]?.sure).toBe(true)
    expect(alike({ name: '张秀英', birth_date: '1944' }, [e({ birth_date: '1944' })])[0]?.sure).toBe(false)
  })
  it('knows a telephone number with and without country', () => expect(alike({ phones: ['199 0000 1234'] }, [e({ phones: ['+8619900001234'] })])[0]?.reasons).toEqual(['phone']))
  it('puts the sure ones first and leaves strangers out', () => {
    const list = alike({ name: '张秀英', birth_date: '1944-03-15' }, [e({ id: 'a' }), e({ id: 'b', birth_date: '1944-03-15' }), e({ id: 'c', name: '李四' })])
    expect(list.map((x) => x.elder.id)).toEqual(['b', 'a'])
  })
})

describe('questions', () => {
  it('waits until there is something to ask', () => {
    expect(questions({ name: '张', id_number: '123', phones: ['1990'] })).toEqual([])
    expect(questions({ name: '张秀英', phones: ['19900001234'] })).toEqual(['19900001234', '张秀英'])
  })
})
