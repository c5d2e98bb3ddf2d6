import { describe, expect, it } from 'vitest'
import { shiftText, tidyTime, weekGrid } from './hours'

describe('tidyTime', () => {
  it.each([['8', '08:00'], ['830', '08:30'], ['0830', '08:30'], ['8：30', '08:30'], ['24:00', '24:00'], ['25', '25'], ['noon', 'noon']])('%s', (s, want) => expect(tidyTime(s)).toBe(want))
})

describe('shiftText', () => {
  it('draws neighbouring days together', () => {
    expect(shiftText({ days: [1, 2, 3, 4, 5], from: '08:00', to: '18:00' }, 'zh')).toBe('周一–五 08:00–18:00')
    expect(shiftText({ days: [6, 7, 2], from: '20:00', to: '08:00' }, 'en')).toBe('Tu, Sa, Su 20:00–08:00')
    expect(shiftText({ days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' }, 'en')).toBe('daily 00:00–24:00')
  })
})

describe('weekGrid', () => {
  it('goes over midnight into the next day, and from Sunday into Monday', () => {
    const g = weekGrid([{ days: [7], from: '22:30', to: '01:00' }])
    expect([g[6]?.[21], g[6]?.[22], g[6]?.[23], g[0]?.[0], g[0]?.[1]]).toEqual([false, true, true, true, false])
  })
  it('is always without shifts', () => expect(weekGrid([]).flat().every(Boolean)).toBe(true))
})
