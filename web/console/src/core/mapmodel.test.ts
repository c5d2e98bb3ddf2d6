import { describe, expect, it } from 'vitest'
import { aCandidate, anAlert, aPerson, at, t0 } from './fixtures'
import { bearing, metres } from './geo'
import { mapModel, type MapInput } from './mapmodel'

const home = { lat: 31.23, lon: 121.47, accuracy_m: 30, source: 'device' }
const input = (o: Partial<MapInput>): MapInput => ({ alert: null, queue: [], candidates: [], helpers: new Map(), before: new Map(), ways: new Map(), now: t0, lang: 'en', ...o })

describe('mapModel', () => {
  it('draws a line for who is coming, from where they are now', () => {
    const alert = anAlert({ state: 'helping', position: home, people: [aPerson({ id: 'h1', state: 'coming', eta_at: at(90) })] })
    const m = mapModel(input({ alert, queue: [alert], helpers: new Map([['h1', { id: 'h1', lat: 31.24, lon: 121.47 }]]), before: new Map([['h1', { id: 'h1', lat: 31.25, lon: 121.47 }]]) }))
    expect(m.lines).toEqual([{ byRoad: false, line: [[121.47, 31.24], [121.47, 31.23]] }])
    expect(m.travelling).toEqual([{ id: 'h1', from: [121.47, 31.24], to: [121.47, 31.23], mode: 'foot' }])
    expect(m.helpers[0]).toMatchObject({ role: 'coming', sub: '01:30', heading: 180 })
    expect(m.dots).toEqual([])
    expect(m.ring).not.toBeNull()
  })
  it('numbers candidates as the keys do', () => {
    const alert = anAlert({ position: home })
    const m = mapModel(input({ alert, queue: [alert], candidates: [aCandidate({ position: { lat: 31.2, lon: 121.4 } }), aCandidate({ helper: 'h2', position: { lat: 31.2, lon: 121.5 } })] }))
    expect(m.helpers.map((h) => h.label + ' ' + h.sub)).toEqual(['1 4 min', '2 4 min'])
  })
  it('holds without any position', () => {
    const alert = anAlert({ position: null, people: [aPerson({ state: 'coming' })] })
    expect(mapModel(input({ alert, queue: [alert] }))).toMatchObject({ elders: [], helpers: [], lines: [], ring: null })
  })
  it('leaves devices off the map', () => expect(mapModel(input({ queue: [anAlert({ kind: 'low_battery', position: home })] })).elders).toEqual([]))
})

describe('geo', () => {
  it('measures', () => expect(metres({ lat: 31, lon: 121 }, { lat: 31.001, lon: 121 })).toBeCloseTo(111.3, 0))
  it('bears east', () => expect(bearing({ lat: 0, lon: 0 }, { lat: 0, lon: 1 })).toBeCloseTo(90))
})
