import { describe, expect, it } from 'vitest'
import { anAlert, at, t0 } from './fixtures'
import { ringing, ringOf, toneOf } from './sound'

describe('ringing', () => {
  it('rings until a seat accepts', () => {
    expect(ringOf(anAlert())).toEqual({ alert: 'a1', priority: 1, level: 1 })
    expect(ringOf(anAlert({ state: 'accepted' }))).toBeNull()
  })
  it('goes on ringing while somebody is on the way whom no operator has in hand', () => {
    expect(ringOf(anAlert({ state: 'helping', waiting_since: at(0) }))?.level).toBe(1)
    expect(ringOf(anAlert({ state: 'helping', waiting_since: null }))).toBeNull()
  })
  it('rings again when the plan makes an accepted alert loud', () => expect(ringOf(anAlert({ state: 'helping', level: 2 }))?.level).toBe(2))
  it('a life at risk is never mute, a device may be', () => {
    expect(ringOf(anAlert({ level: 0 }))?.level).toBe(1)
    expect(ringOf(anAlert({ kind: 'low_battery', priority: 3, level: 0 }))).toBeNull()
  })
  it('stops with the case', () => {
    expect(ringOf(anAlert({ state: 'closed', level: 3 }))).toBeNull()
    expect(ringOf(anAlert({ state: 'resolved', level: 0 }))).toBeNull()
  })
  it('rings when the elder is unwell in the call-back', () => expect(ringOf(anAlert({ state: 'resolved', level: 2 }))?.level).toBe(2))
  it('lets the highest win, then the loudest', () => {
    const list = [anAlert({ id: 'p2', priority: 2, level: 3 }), anAlert({ id: 'p1' }), anAlert({ id: 'loud', level: 2 })]
    expect(ringing(list, new Map(), t0)?.alert).toBe('loud')
  })
  it('silences one alert for a while, not the others', () => {
    const list = [anAlert({ id: 'a' }), anAlert({ id: 'b', priority: 2 })]
    const silenced = new Map([['a', t0 + 1000]])
    expect(ringing(list, silenced, t0)?.alert).toBe('b')
    expect(ringing(list, silenced, t0 + 1001)?.alert).toBe('a')
  })
  it('is louder and faster at a higher level', () => {
    expect(toneOf(1, 2).every).toBeLessThan(toneOf(1, 1).every)
    expect(toneOf(1, 3).gain).toBeGreaterThan(toneOf(1, 2).gain)
    expect(toneOf(3, 1).every).toBe(0)
  })
})
