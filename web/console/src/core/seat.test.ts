import { describe, expect, it } from 'vitest'
import { answered, firstBeat, isDue, isUnheard, unanswered } from './seat'

describe('the beat of a seat', () => {
  it('begins at once and goes on as often as the server wants', () => {
    expect(isDue(firstBeat(1000), 1000)).toBe(true)
    const b = answered(2000, 10)
    expect(isDue(b, 11_999)).toBe(false)
    expect(isDue(b, 12_000)).toBe(true)
    expect(answered(0, undefined).nextAt).toBe(15_000)
  })
  it('is said again soon when nobody answers', () => {
    expect(unanswered(answered(0, 15), 15_000).nextAt).toBe(20_000)
    expect(unanswered(answered(0, 2), 15_000).nextAt).toBe(17_000)
  })
  it('is unheard after half a minute without an answer, also when there never was one', () => {
    expect(isUnheard(null, 99_000)).toBe(false)
    expect(isUnheard(firstBeat(0), 29_999)).toBe(false)
    expect(isUnheard(unanswered(firstBeat(0), 25_000), 30_000)).toBe(true)
    expect(isUnheard(answered(25_000, 15), 54_000)).toBe(false)
    expect(isUnheard(answered(25_000, 15), 55_000)).toBe(true)
  })
})
