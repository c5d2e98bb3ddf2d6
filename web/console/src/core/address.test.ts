import { expect, test } from 'vitest'
import type { AddressHit } from '../data/types'
import { besides, farText, gapOf, isSure } from './address'

const hit = (h: Partial<AddressHit>): AddressHit => ({
  kind: 'street', category: '', name: '黄陂北路', matched: 'hpbl', match: 'exact', number: '', label: '黄陂北路', area: '', area_code: '', position: { lat: 31.233, lon: 121.469 }, exact: 'street', distance_m: 90, ...h,
})

test('distances are read at a glance', () => {
  expect([4, 96, 640, 1000, 3240, 12_600].map((m) => farText(m, 'en'))).toEqual(['4 m', '100 m', '640 m', '1.0 km', '3.2 km', '13 km'])
})

test('what is not exact is said', () => {
  expect(besides(hit({}), 'zh')).toBe('街道 · 90 米')
  expect(besides(hit({ number: '227' }), 'zh')).toBe('门牌不详，只到街道 · 90 米')
  expect(besides(hit({ match: 'similar', exact: 'house', number: '227' }), 'en')).toBe('similar · 90 m')
  expect(besides(hit({ exact: 'interpolated', number: '9' }), 'en')).toBe('estimated between two houses · 90 m')
})

test('only an address that was understood whole is taken without asking', () => {
  expect(isSure(hit({}))).toBe(true)
  expect(isSure(hit({ match: 'prefix' }))).toBe(false)
  expect(isSure(hit({ exact: 'place' }))).toBe(false)
  expect(isSure(undefined)).toBe(false)
})

test('an address and a point that do not fit each other are told', () => {
  expect(gapOf([])).toBeNull()
  expect(gapOf([hit({ distance_m: 500 })])).toBeNull()
  expect(gapOf([hit({ distance_m: 501 })])).toBe(501)
  expect(gapOf([hit({ exact: 'house', distance_m: 200 })])).toBeNull()
  expect(gapOf([hit({ exact: 'house', distance_m: 330 })])).toBe(330)
  // Two streets of one name: the one that fits is meant.
  expect(gapOf([hit({ exact: 'house', distance_m: 9000 }), hit({ distance_m: 20 })])).toBeNull()
  expect(gapOf([hit({ distance_m: 9000 }), hit({ distance_m: 700 })])).toBe(700)
  // What is only similar says nothing.
  expect(gapOf([hit({ match: 'similar', distance_m: 9000 })])).toBeNull()
})
