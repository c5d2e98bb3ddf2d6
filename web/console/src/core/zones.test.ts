import { describe, expect, it } from 'vitest'
import { metres } from './geo'
import { circleOf, dragged, handles, isPaused, isWhole, outline, polygonOf, worst } from './zones'

const door = { lat: 31.23, lon: 121.47 }

describe('zones', () => {
  it('draws a circle as wide as it is', () => {
    const line = outline(circleOf(door, 400))
    expect(line[0]).toEqual(line.at(-1))
    for (const [lon, lat] of line) expect(metres(door, { lat, lon })).toBeCloseTo(400, 0)
  })
  it('closes a polygon', () => {
    const p = polygonOf([door, { lat: 31.24, lon: 121.47 }, { lat: 31.24, lon: 121.48 }])
    expect(p.polygon?.coordinates[0]).toHaveLength(4)
    expect(isWhole(p)).toBe(true)
    expect(isWhole(polygonOf([door, door]))).toBe(false)
    expect(handles(p)).toHaveLength(3)
  })
  it('drags the middle, the edge and a corner', () => {
    const c = circleOf(door, 400)
    expect(dragged(c, 0, { lat: 31, lon: 121 }).circle).toEqual({ lat: 31, lon: 121, radius_m: 400 })
    const edge = handles(c)[1]
    expect(edge && metres(door, edge)).toBeCloseTo(400, 0)
    expect(dragged(c, 1, { lat: 31.23, lon: 121.48 }).circle?.radius_m).toBeGreaterThan(900)
    expect(dragged(c, 1, door).circle?.radius_m).toBe(30)
    const p = polygonOf([door, { lat: 31.24, lon: 121.47 }, { lat: 31.24, lon: 121.48 }])
    expect(dragged(p, 0, { lat: 31, lon: 121 }).polygon?.coordinates[0]?.[3]).toEqual([121, 31])
  })
  it('knows a pause and the worst standing', () => {
    const z = { id: 'z', elder: 'e', name: 'x', shape: circleOf(door, 100), margin_m: 50, hours: [], paused_until: '2026-11-26T10:00:00Z', version: 1 }
    expect(isPaused(z, Date.parse('2026-11-26T09:00:00Z'))).toBe(true)
    expect(isPaused(z, Date.parse('2026-11-26T10:00:00Z'))).toBe(false)
    expect(worst([{ device: 'a', where: 'inside' }, { device: 'b', where: 'outside' }])?.device).toBe('b')
    expect(worst([])).toBeNull()
  })
})
