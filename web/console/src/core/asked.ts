import type { AskedRecord } from '../data/types'

/** Whether somebody has been asked as often this week as they want to be. */
export function weekSpent(a: AskedRecord): boolean {
  return a.weekly_offers !== null && a.this_week >= a.weekly_offers
}

/** What somebody did the last times, as names of the words room figure and values; nothing for who was never asked. */
export function askedFigures(a: AskedRecord): [string, string][] {
  if (a.offers === 0) return []
  const counts: [string, number][] = [['offers', a.offers], ['yes', a.yes], ['no', a.no], ['silent', a.silent], ['arrived', a.arrived], ['withdrawn', a.withdrawn]]
  const out = counts.map(([name, n]): [string, string] => [name, String(n)])
  if (a.median_answer_s !== null) out.push(['median', `${a.median_answer_s} s`])
  return out
}
