import type { Consent } from '../data/types'

/** Without these a service of this kind cannot work: to care, to know where somebody is, to tell helpers. */
export const neededConsents = ['care', 'location', 'sharing'] as const

export interface ConsentState { held: string[]; missing: string[] }

/** What holds now and what is needed and not there; a withdrawn one holds no more. */
export function consentState(all: readonly Consent[]): ConsentState {
  const held = [...new Set(all.filter((c) => !c.withdrawn_at).map((c) => c.purpose))]
  return { held, missing: neededConsents.filter((p) => !held.includes(p)) }
}
