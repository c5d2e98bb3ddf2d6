import type { TryAnswer } from '../../data/types'

/** What was last asked of plans: the same elder and answers serve the next trial, also of another text. In memory only. */
export const asked = $state({
  elder: '', kind: '', at: '', minutes: 15,
  answers: [{ who: 'operator', what: 'accept', after_s: 20 }, { who: 'contact1', what: 'coming', after_s: 40 }] as TryAnswer[],
})

/** What the field for a moment holds, as an instant; '' is now. */
export function instant(at: string): string | undefined {
  const d = at ? new Date(at) : null
  return d && !Number.isNaN(d.getTime()) ? d.toISOString() : undefined
}
