import { describe, expect, it } from 'vitest'
import type { BreakGlass } from '../data/types'
import { mayReview, minutesLeft, reasonShort } from './glass'

const now = Date.parse('2026-11-25T10:00:00Z')
const glass: BreakGlass = { id: 'g', elder: 'e1', centre: 'c', operator: 'zhou', reason: '门口无人应答，需要门禁', at: '2026-11-25T09:45:00Z', until: '2026-11-25T10:15:00Z', looks: 2, state: 'open' }

describe('an emergency access', () => {
  it('runs out by itself', () => {
    expect(minutesLeft(glass, now)).toBe(15)
    expect(minutesLeft(glass, now + 14 * 60_000 + 1)).toBe(1)
    expect(minutesLeft(glass, now + 16 * 60_000)).toBe(0)
    expect(minutesLeft({ ...glass, ended_at: '2026-11-25T09:50:00Z', state: 'ended' }, now)).toBe(0)
  })
  it('wants a reason of ten signs', () => {
    expect(reasonShort('  急 ')).toBe(9)
    expect(reasonShort('门口无人应答需要门禁密码')).toBe(0)
  })
  it('is judged by another person, once it is over', () => {
    const later = now + 3_600_000
    expect(mayReview(glass, 'zhou', true, later)).toBe(false)
    expect(mayReview(glass, 'guo', false, later)).toBe(false)
    expect(mayReview(glass, 'guo', true, now)).toBe(false)
    expect(mayReview(glass, 'guo', true, later)).toBe(true)
    expect(mayReview({ ...glass, state: 'reviewed' }, 'guo', true, later)).toBe(false)
  })
})
