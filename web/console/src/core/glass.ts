import type { BreakGlass } from '../data/types'

/** Whole minutes that are left of an emergency access, rounded up; 0 when it is over. */
export function minutesLeft(g: Pick<BreakGlass, 'until' | 'ended_at' | 'state'>, now: number): number {
  if (g.state !== 'open' || g.ended_at) return 0
  return Math.max(0, Math.ceil((Date.parse(g.until) - now) / 60_000))
}

/** Why a reason is not one yet. */
export const reasonMin = 10
export function reasonShort(reason: string): number {
  return Math.max(0, reasonMin - [...reason.trim()].length)
}

/** Whether somebody may judge an emergency access: only another person, and once it is over. */
export function mayReview(g: BreakGlass, operator: string, right: boolean, now: number): boolean {
  return right && g.operator !== operator && g.state !== 'reviewed' && minutesLeft(g, now) === 0
}
