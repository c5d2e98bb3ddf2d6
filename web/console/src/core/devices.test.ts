import { describe, expect, it } from 'vitest'
import { guessProtocol, heardSince, isPressed, linkOf, tasksOf } from './devices'
import { anAlert, at } from './fixtures'

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

describe('how a device stands', () => {
  it('is lost, late, online, or was never heard', () => {
    expect(linkOf({ link: 'lost' })).toEqual({ code: 'lost', bad: true })
    expect(linkOf({ link: 'late' })).toEqual({ code: 'late', bad: false })
    expect(linkOf({ link: 'online', last_seen_at: at(0) })).toEqual({ code: 'online', bad: false })
    expect(linkOf({ link: 'never' })).toEqual({ code: 'never', bad: true })
  })
  it('of one that never reports by itself is no fault', () => expect(linkOf({ link: 'never', expected_beat_s: 0 })).toEqual({ code: 'never', bad: false }))
  it('of a server that does not say is told by when it was heard', () => {
    expect(linkOf({ last_seen_at: at(0) }).code).toBe('online')
    expect(linkOf({})).toEqual({ code: 'never', bad: false })
  })
})

describe('the tasks about a device', () => {
  const task = (id: string, o: object = {}) => anAlert({ id, kind: 'lost', device: 'd1', priority: 3, ...o })
  it('are those that are open, the most urgent first; an alarm is none', () => {
    const all = [task('late', { do_by: at(900) }), task('soon', { do_by: at(60) }), task('none'), task('done', { state: 'closed' }), task('other', { device: 'd2' }), anAlert({ id: 'alarm', device: 'd1' })]
    expect(tasksOf(all, 'd1').map((a) => a.id)).toEqual(['soon', 'late', 'none'])
  })
})
