import { describe, expect, it } from 'vitest'
import { complaintFor, complaintsElsewhere, draftOf, isEmpty, knows, numberOf, valueOf, type FieldSpec } from './fields'

const field = (name: string, o: Partial<FieldSpec> = {}): FieldSpec => ({ name, kind: 'text', word: 'ui.loading', ...o })
const record = { name: '张秀英', phones: ['+8619900001234'], custom: { pet: '猫' }, masked: ['access'], grade: 'A' }
const fields = [field('name'), field('phones', { kind: 'phones' }), field('access'), field('grade', { readonly: true }), field('unheard'), field('pet', { inside: 'custom' })]

describe('draftOf', () => {
  it('copies what may be written: nothing masked, nothing read-only, nothing that the server does not know', () => {
    const d = draftOf(record, fields)
    expect(d).toEqual({ name: '张秀英', phones: ['+8619900001234'], custom: { pet: '猫' } })
    ;(d['phones'] as string[]).push('x')
    expect(record.phones).toHaveLength(1)
  })
  it('knows a masked field, and the inside of an object', () => {
    expect(knows(record, field('access'))).toBe(true)
    expect(knows(record, field('unheard'))).toBe(false)
    expect(valueOf(record, field('pet', { inside: 'custom' }))).toBe('猫')
  })
})

describe('numberOf', () => {
  it.each([['', null], [' 5 ', 5], ['0', 0], ['5x', '5x'], ['-1', '-1']])('%s', (text, want) => expect(numberOf(text)).toBe(want))
})

describe('complaints', () => {
  const errors = [{ field: 'position.lat', problem: 'too far north' }, { field: 'name', problem: 'is required' }, { field: 'version', problem: 'is required' }]
  it('find their field, also by a part of it', () => {
    expect(complaintFor(errors, field('position'))).toBe('too far north')
    expect(complaintFor(errors, field('pos'))).toBe('')
  })
  it('are never swallowed', () => expect(complaintsElsewhere(errors, [field('position'), field('name')])).toEqual(['version: is required']))
})

describe('isEmpty', () => {
  it('sees through lists and objects, but not through no and nought', () => {
    for (const v of [undefined, null, '', [], {}, { a: '' }]) expect(isEmpty(v)).toBe(true)
    for (const v of [false, 0, ['x'], { a: 1 }]) expect(isEmpty(v)).toBe(false)
  })
})
