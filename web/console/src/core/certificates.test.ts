import { describe, expect, it } from 'vitest'
import { expiring } from './certificates'

describe('expiring', () => {
  const now = new Date(2026, 10, 25).getTime()
  it('names the one that needs renewal first', () => expect(expiring([{ expires: '2027-01-01' }, { expires: '2026-11-20' }, {}], now)).toEqual({ days: -5, date: '2026-11-20' }))
  it('says nothing of papers without an end', () => {
    expect(expiring([{ kind: 'first_aid' }], now)).toBeNull()
    expect(expiring(undefined, now)).toBeNull()
  })
})
