import { describe, expect, it } from 'vitest'
import { ageAt, daysUntil, readDate } from './dates'

describe('readDate', () => {
  it.each([
    ['1944', '1944'], ['1944-3', '1944-03'], ['1944-03-15', '1944-03-15'], ['19440315', '1944-03-15'], ['194403', '1944-03'], ['1944.3.5', '1944-03-05'], ['1944/3/5', '1944-03-05'],
    ['1944年3月15日', '1944-03-15'], ['1944年3月', '1944-03'], ['１９４４', '1944'], ['', ''], ['1944-02-29', '1944-02-29'],
  ])('%s', (typed, want) => expect(readDate(typed)).toBe(want))
  it.each(['正月初五', '44', '1943-02-29', '1944-13', '1944-00-01', '三月'])('refuses %s', (typed) => expect(readDate(typed)).toBeNull())
})

describe('ageAt', () => {
  const now = new Date(2026, 10, 25).getTime()
  it.each([['1944-11-25', 82], ['1944-11-26', 81], ['1944-11', 81], ['1944', 81], ['1944-10', 82]])('%s', (born, want) => expect(ageAt(born, now)).toBe(want))
  it('is not known without a date', () => {
    expect(ageAt('', now)).toBeNull()
    expect(ageAt('2030', now)).toBeNull()
  })
})

describe('daysUntil', () => {
  const now = new Date(2026, 10, 25, 23, 59).getTime()
  it('counts days of the calendar, not hours', () => {
    expect(daysUntil('2026-11-25', now)).toBe(0)
    expect(daysUntil('2026-11-26', now)).toBe(1)
    expect(daysUntil('2026-10-25', now)).toBe(-31)
    expect(daysUntil('', now)).toBeNull()
  })
})
