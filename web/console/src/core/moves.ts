export type MoveAnswer = 'accept' | 'decline' | 'withdraw'

/** What a session may say to a move that waits: the new centre takes or declines it, the old one takes it back. */
export function answersTo(m: { state: string; centre: string; to: string }, centres: readonly string[]): MoveAnswer[] {
  if (m.state !== 'requested') return []
  const out: MoveAnswer[] = []
  if (centres.includes(m.to)) out.push('accept', 'decline')
  if (centres.includes(m.centre)) out.push('withdraw')
  return out
}
