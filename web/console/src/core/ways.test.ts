import { describe, expect, it } from 'vitest'
import { unknownWays, wayLine, type Spot, type Travelling, type Way } from './ways'

const door: Spot = [121.47, 31.23]
const street: Spot[] = [[121.466, 31.23], [121.468, 31.23], [121.469, 31.23], [121.47, 31.2301]]
const h: Travelling = { id: 'h1', from: [121.466, 31.23], to: door, mode: 'foot' }
const way: Way = { from: h.from, to: door, mode: 'foot', line: street, byRoad: true }

describe('ways', () => {
  it('asks for a way once, and again when somebody has moved on, goes elsewhere or by other means', () => {
    expect(unknownWays([h], new Map())).toEqual([h])
    const known = new Map([['h1', way]])
    expect(unknownWays([h], known)).toEqual([])
    for (const other of [{ from: [121.467, 31.23] as Spot }, { to: [121.48, 31.23] as Spot }, { mode: 'car' }]) expect(unknownWays([{ ...h, ...other }], known)).toHaveLength(1)
  })
  it('draws what is left of the way, from where somebody is to the door', () => {
    expect(wayLine(h, way)).toEqual({ byRoad: true, line: [h.from, ...street, door] })
    expect(wayLine({ ...h, from: [121.4681, 31.23] }, way).line).toEqual([[121.4681, 31.23], [121.468, 31.23], [121.469, 31.23], [121.47, 31.2301], door])
  })
  it('says that a straight line is none', () => {
    for (const w of [undefined, { ...way, byRoad: false }, { ...way, to: [121.5, 31.2] as Spot }]) expect(wayLine(h, w)).toEqual({ byRoad: false, line: [h.from, door] })
    expect(wayLine({ ...h, from: [121.49, 31.25] }, way).byRoad).toBe(false)
  })
})
