import { daysUntil } from './dates'

export type TokenState = 'good' | 'soon' | 'over' | 'revoked'

const soonDays = 30

/** How a token stands: whoever runs the program behind it needs a month to put in another one. */
export function tokenState(t: { expires?: string; revoked_at?: string | null }, now: number): TokenState {
  if (t.revoked_at) return 'revoked'
  if (t.expires && Date.parse(t.expires) <= now) return 'over'
  const days = daysUntil(t.expires?.slice(0, 10), now)
  return days !== null && days <= soonDays ? 'soon' : 'good'
}
