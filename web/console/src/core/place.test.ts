import { describe, expect, it } from 'vitest'
import { nudge, readPlace } from './place'

describe('nudge', () => {
  it('moves by metres, also where degrees of longitude are short', () => {
    expect(nudge({ lat: 31, lon: 121 }, [1, 0], 111.32)).toEqual({ lat: 31.001, lon: 121 })
    const east = nudge({ lat: 60, lon: 20 }, [0, 1], 111.32)
    expect(east.lon).toBeCloseTo(20.002, 6)
  })
})

describe('readPlace', () => {
  it('takes both orders, and nothing', () => {
    expect(readPlace('31.2304, 121.4737')).toEqual({ lat: 31.2304, lon: 121.4737 })
    expect(readPlace('121.4737，31.2304')).toEqual({ lat: 31.2304, lon: 121.4737 })
    expect(readPlace(' ')).toBeUndefined()
  })
  it.each(['0,0', 'here', '31.2', '200, 200'])('refuses %s', (s) => expect(readPlace(s)).toBeNull())
})
