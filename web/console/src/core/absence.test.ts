import { describe, expect, it } from 'vitest'
import { absenceOn } from './absence'

describe('who is away', () => {
  const leave = { from: '2026-11-24', until: '2026-11-26', substitute: 'h2' }
  it('is away from the first day to the last', () => {
    expect(['2026-11-23', '2026-11-24', '2026-11-26', '2026-11-27'].map((d) => absenceOn([leave], d) !== null)).toEqual([false, true, true, false])
  })
  it('is away for good without a last day, and not without an absence', () => {
    expect(absenceOn([{ from: '2026-11-24' }], '2027-01-01')).toEqual({ from: '2026-11-24' })
    expect(absenceOn(undefined, '2026-11-25')).toBeNull()
  })
})
