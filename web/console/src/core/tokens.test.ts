import { describe, expect, it } from 'vitest'
import { tokenState } from './tokens'

const now = Date.parse('2026-11-25T10:00:00Z')

describe('a token', () => {
  it('is good, runs out soon, has run out or was revoked', () => {
    expect(tokenState({ expires: '2027-11-25T10:00:00Z' }, now)).toBe('good')
    expect(tokenState({ expires: '2026-12-20T10:00:00Z' }, now)).toBe('soon')
    expect(tokenState({ expires: '2026-11-25T09:59:59Z' }, now)).toBe('over')
    expect(tokenState({ expires: '2027-11-25T10:00:00Z', revoked_at: '2026-11-01T00:00:00Z' }, now)).toBe('revoked')
  })
  it('without an end is good', () => {
    expect(tokenState({}, now)).toBe('good')
  })
})
