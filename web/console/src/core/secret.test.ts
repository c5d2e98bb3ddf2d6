import { describe, expect, it } from 'vitest'
import { temporaryPassword } from './secret'

describe('a temporary password', () => {
  it('can be read aloud and is long enough', () => {
    const p = temporaryPassword((n) => crypto.getRandomValues(new Uint8Array(n)))
    expect(p).toMatch(/^([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}$/)
    expect(p).not.toMatch(/[ilo01]/)
  })
  it('drops the bytes that would make some signs likelier', () => {
    const given = [new Uint8Array(16).fill(255), new Uint8Array(16).fill(0), new Uint8Array(16).fill(1)]
    expect(temporaryPassword(() => given.shift() ?? new Uint8Array(16))).toBe('aaaa-aaaa-aaaa-aaaa')
  })
})
