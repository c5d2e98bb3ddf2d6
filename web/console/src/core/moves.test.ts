import { describe, expect, it } from 'vitest'
import { answersTo } from './moves'

const asked = { state: 'requested', centre: 'north', to: 'south' }

describe('a move between centres', () => {
  it('is accepted or declined by the new centre and taken back by the old one', () => {
    expect(answersTo(asked, ['south'])).toEqual(['accept', 'decline'])
    expect(answersTo(asked, ['north'])).toEqual(['withdraw'])
    expect(answersTo(asked, ['west'])).toEqual([])
  })
  it('is answered once', () => {
    expect(answersTo({ ...asked, state: 'accepted' }, ['south', 'north'])).toEqual([])
  })
})
