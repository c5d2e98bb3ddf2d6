import type { Due } from '../data/types'

/** How loud a paper that runs out is shown: over is red, within a month amber, later quiet. */
export function urgency(d: Pick<Due, 'stage'>): 'alarm' | 'warn' | '' {
  return d.stage === 0 ? 'alarm' : d.stage <= 30 ? 'warn' : ''
}
