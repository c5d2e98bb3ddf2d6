import { describe, expect, it } from 'vitest'
import type { Coverage, CoverageNight } from '../data/types'
import { askOf, cellsOf, changeText, colorOf, hourText, legend, percent, proposalsOf, shareOf } from './coverage'

const night = (hours: number, before: CoverageNight['before'] = null): CoverageNight => ({ day: '2026-11-26', minutes: 10, elders: 12, unplaced: 2, always: 0, never: 0, hours, open: [], before })

describe('coverage', () => {
  it('reads what is asked from the address', () => {
    expect(askOf({})).toEqual({ minutes: 10, mode: '', at: 'now' })
    expect(askOf({ minutes: '15', mode: 'car', at: '167' })).toEqual({ minutes: 15, mode: 'car', at: '167' })
    expect(askOf({ minutes: '7', mode: 'tank', at: '168' })).toEqual({ minutes: 10, mode: '', at: 'now' })
    expect(askOf({ at: '' }).at).toBe('now')
    expect(askOf({ at: 'week' }).at).toBe('week')
  })
  it('tells hours of the week', () => {
    expect(hourText(0, 'zh')).toBe('周一 00:00')
    expect(hourText(3 * 24 + 13, 'en')).toBe('Thu 13:00')
    expect(hourText(167, 'en')).toBe('Sun 23:00')
  })
  it('tells shares and changes', () => {
    expect(percent(1)).toBe('100 %')
    expect(percent(0)).toBe('0 %')
    expect(percent(0.9994)).toBe('99.9 %')
    expect(shareOf(night(840))).toBe(0.5)
    expect(shareOf({ elders: 2, unplaced: 2, hours: 0 })).toBe(0)
    expect(changeText(night(840))).toBe('')
    expect(changeText(night(840, night(1680)))).toBe('−50.0')
    expect(changeText(night(1680, night(840)))).toBe('+50.0')
    expect(changeText(night(840, night(840)))).toBe('±0')
  })
  it('colours what is worse more strongly', () => {
    expect(colorOf(1)).toBe(legend[0]?.color)
    expect(colorOf(0.999)).toBe(legend[1]?.color)
    expect(colorOf(0)).toBe(legend.at(-1)?.color)
  })
  it('parts cells from proposals', () => {
    const props = { cell: '', elders: 4, covered: 1, share: 0.25, median_s: 0, rank: 0, hours: 0, when: '', helper: '', keys: [], zh: '', en: '' }
    const c = { features: [
      { type: 'Feature', geometry: { type: 'Polygon', coordinates: [[]] }, properties: { ...props, kind: 'cell' } },
      { type: 'Feature', geometry: null, properties: { ...props, kind: 'key' } },
    ] } as unknown as Coverage
    expect(cellsOf(c).map((f) => f.properties?.['color'])).toEqual([colorOf(0.25)])
    expect(proposalsOf(c).map((f) => f.properties.kind)).toEqual(['key'])
  })
})
