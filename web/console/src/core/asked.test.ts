import { describe, expect, it } from 'vitest'
import { askedFigures, weekSpent } from './asked'
import type { AskedRecord } from '../data/types'

const record = (o: Partial<AskedRecord>): AskedRecord => ({
  offers: 0, yes: 0, no: 0, silent: 0, departed: 0, arrived: 0, withdrawn: 0, stood_down: 0, unreached: 0,
  median_answer_s: null, p90_answer_s: null, this_week: 0, seven_days: 0, last_at: null, weekly_offers: null, quiet: false, ...o,
})

describe('weekSpent', () => {
  it.each([[null, 9, false], [5, 4, false], [5, 5, true], [0, 0, true]])('budget %s, asked %s times', (weekly_offers, this_week, want) => expect(weekSpent(record({ weekly_offers, this_week }))).toBe(want))
})

describe('askedFigures', () => {
  it('says nothing of who was never asked', () => expect(askedFigures(record({}))).toEqual([]))
  it('leaves out a median that there is not', () => expect(askedFigures(record({ offers: 2, silent: 2 })).map(([n]) => n)).toEqual(['offers', 'yes', 'no', 'silent', 'arrived', 'withdrawn']))
  it('gives the median in seconds', () => expect(askedFigures(record({ offers: 1, yes: 1, median_answer_s: 20 })).at(-1)).toEqual(['median', '20 s']))
})
