import { describe, expect, it } from 'vitest'
import type { Choice, KnownPlace } from '../data/types'
import { anAlert, at, t0 } from './fixtures'
import { mapModel } from './mapmodel'
import { farText, otherPlaces, placeText, remark, warning } from './where'

const place = (o: Partial<KnownPlace>): KnownPlace => ({
  lat: 31.23, lon: 121.47, accuracy_m: 12, time: at(-120), age_s: 120, source: 'device', chosen: false, from_home_m: 2298, from_chosen_m: 2298, flags: [], ...o,
})
const home = (o: Partial<KnownPlace> = {}) => place({ source: 'home', time: null, age_s: null, from_home_m: 0, from_chosen_m: 0, accuracy_m: 10, ...o })
const choice = (o: Partial<Choice>): Choice => ({ why: 'fresh_fix', home_m: 2298, away: true, places: [], ...o })

describe('where the elder is', () => {
  it('says source, age and accuracy', () => {
    expect(placeText('zh', place({}), t0, 'watch')).toBe('手表定位 2 分钟前 ±12 m')
    expect(placeText('en', place({ time: null, source: 'aml' }), t0)).toBe("caller's phone time not known ±12 m")
    expect(placeText('zh', home(), t0)).toBe('登记住址')
  })
  it('says loudly that the place is not the home', () => {
    expect(warning('zh', choice({ places: [place({ chosen: true }), home()] }))).toBe('不在家！离家 2.3 公里')
    expect(warning('en', choice({ home_m: null, places: [place({ chosen: true })] }))).toBe('Not at the registered home: go by the map')
  })
  it('says loudly that a fresh fix contradicts the home, and of an old one only where it was', () => {
    const at_home = choice({ why: 'fixed_device', away: false, home_m: 0, places: [home({ chosen: true }), place({ flags: ['contradicts_home'] })] })
    expect(warning('zh', at_home, 'watch')).toBe('手表定位却在离家 2.3 公里处')
    const old = place({ flags: ['old', 'contradicts_home'] })
    expect(warning('zh', { ...at_home, places: [home({ chosen: true }), old] })).toBeNull()
    expect(remark('zh', old)).toBe('当时离家 2.3 公里')
    expect(warning('en', choice({ away: false, places: [home({ chosen: true })] }))).toBeNull()
    expect(warning('en', null)).toBeNull()
  })
  it('tells what is within the walls, and how far the rest is', () => {
    expect(remark('en', place({ flags: ['at_home'] }))).toBe('at home')
    expect(remark('en', place({ from_home_m: 644 }))).toBe('640 m from home')
    expect(remark('en', place({ from_home_m: null }))).toBe('')
    expect(farText('en', 1249)).toBe('1.2 km')
  })
})

describe('the other places on the map', () => {
  const chosen = place({ chosen: true, from_chosen_m: 0 })
  const alert = anAlert({ position: { lat: 31.23, lon: 121.47, source: 'device', time: at(0) }, place: choice({ places: [chosen, home({ lon: 121.494, from_chosen_m: 2298 }), place({ source: 'cell', flags: ['contradicts_home'], from_chosen_m: 9000 }), place({ source: 'aml', from_chosen_m: 4 })] }) })
  const m = mapModel({ alert, queue: [alert], candidates: [], helpers: new Map(), before: new Map(), ways: new Map(), now: t0, lang: 'en' })
  it('stand beside the chosen one, unless they are the same spot', () => {
    expect(otherPlaces(alert)).toHaveLength(3)
    expect(m.places.map((p) => [p.source, p.against, p.near])).toEqual([['home', false, true], ['cell', true, false]])
  })
  it('leave the chosen one its circle, also where it does not say how exact it is', () => expect(m.ring).not.toBeNull())
})
