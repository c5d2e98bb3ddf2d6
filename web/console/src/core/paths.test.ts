import { describe, expect, it } from 'vitest'
import { anAlert, at } from './fixtures'
import { pathLines } from './paths'

describe('pathLines', () => {
  it('says how long each way took from the button', () => {
    const a = anAlert({ pressed_at: at(0), paths: [{ path: 'mqtt', press: 1, at: at(1) }, { path: 'sms', press: 1, at: at(14) }] })
    expect(pathLines(a).map((p) => [p.path, p.delayS])).toEqual([['mqtt', 1], ['sms', 14]])
  })
  it('measures an earlier press by its own first way', () => {
    const a = anAlert({ pressed_at: at(60), paths: [{ path: 'mqtt', press: 1, at: at(2) }, { path: 'sms', press: 1, at: at(9) }, { path: 'mqtt', press: 2, at: at(61) }] })
    expect(pathLines(a).map((p) => p.delayS)).toEqual([0, 7, 1])
  })
  it('has nothing to say without ways', () => expect(pathLines(anAlert())).toEqual([]))
})
