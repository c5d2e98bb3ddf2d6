import { narrow } from './dates'

// The resident identity number (GB 11643): six digits of a place, the birth date, three of an order whose last
// tells the sex, and a check sign by ISO 7064 MOD 11-2.

export interface IdFacts { number: string; birth_date: string; sex: 'f' | 'm' }
export type IdProblem = 'short' | 'long' | 'signs' | 'date' | 'check'

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const signs = '10X98765432'

export function tidyId(typed: string): string {
  return narrow(typed).replace(/[\s-]/g, '').toUpperCase()
}

/** What the number says of its owner, or what is wrong with it. */
export function readResidentId(typed: string): IdFacts | IdProblem {
  const s = tidyId(typed)
  if (!/^\d*X?$/.test(s)) return 'signs'
  if (s.length < 18) return 'short'
  if (s.length > 18) return 'long'
  const date = `${s.slice(6, 10)}-${s.slice(10, 12)}-${s.slice(12, 14)}`
  const t = new Date(`${date}T00:00:00Z`)
  if (Number.isNaN(t.getTime()) || t.toISOString().slice(0, 10) !== date) return 'date'
  const sum = weights.reduce((n, w, i) => n + w * Number(s[i]), 0)
  if (signs[sum % 11] !== s[17]) return 'check'
  return { number: s, birth_date: date, sex: Number(s[16]) % 2 === 1 ? 'm' : 'f' }
}
