import { describe, expect, it } from 'vitest'
import { guessProtocol, heardSince, isPressed } from './devices'

describe('guessProtocol', () => {
  it.each([['+8619900001234', 'phone'], ['199 0000 1234', 'phone'], ['021-55550123', 'phone'], ['BTN-00001', 'http'], ['861234567890123', 'http']])('%s: %s', (s, want) => expect(guessProtocol(s)).toBe(want))
})

describe('heardSince', () => {
  it('wants a sign of life after the question, not at it', () => {
    const t = Date.parse('2026-11-25T08:00:00Z')
    expect(heardSince('2026-11-25T08:00:01Z', t)).toBe(true)
    expect(heardSince('2026-11-25T08:00:00Z', t)).toBe(false)
    expect(heardSince(null, t)).toBe(false)
  })
})

describe('isPressed', () => {
  it('asks for a press only of what has a key', () => expect(['pendant', 'landline', 'smoke', undefined].map(isPressed)).toEqual([true, true, false, false]))
})
