import type { Certificate } from '../data/types'
import { daysUntil } from './dates'

/** The certificate that runs out first, or did. */
export function expiring(all: readonly Certificate[] | undefined, now: number): { days: number; date: string } | null {
  let first: { days: number; date: string } | null = null
  for (const c of all ?? []) {
    const days = daysUntil(c.expires, now)
    if (days !== null && (first === null || days < first.days)) first = { days, date: c.expires ?? '' }
  }
  return first
}
