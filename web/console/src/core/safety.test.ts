import { describe, expect, it } from 'vitest'
import type { Trouble } from '../data/types'
import { safetyReasons } from './safety'

const wrong = (kind: string, device = 'd1'): Trouble => ({ kind, device, since: '2026-11-26T00:00:00Z' })
const safety = (...why: Trouble[]) => ({ alert: 'a1', since: '2026-11-26T00:00:00Z', why })

describe('why somebody is on the safety plan', () => {
  it('is told with the device that it is about', () => {
    const devices = [{ id: 'd1', kind: 'pendant' }]
    expect(safetyReasons('en', safety(wrong('low_battery'), wrong('lost', 'd9')), devices)).toBe('Battery low (Pendant), Device not heard from')
    expect(safetyReasons('zh', safety(wrong('low_battery')), devices)).toBe('电量低（挂坠）')
  })
  it('is told once, and is nothing where nothing can be read', () => {
    expect(safetyReasons('en', safety(wrong('lost', 'x'), wrong('lost', 'y'), wrong('none', '')))).toBe('Device not heard from, no device that works')
    expect(safetyReasons('en', { alert: 'a1', since: '', why: null })).toBe('')
  })
})
