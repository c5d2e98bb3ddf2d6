// Whether the server knows that somebody sits here. An open console says so every few seconds; when the server has not heard it for a
// while, it gives what this seat had to others.

export interface Beat {
  /** when the server last answered; at the beginning: when we began to ask */
  heardAt: number
  /** when to say it again */
  nextAt: number
  /** seconds between two, as the server wants them */
  everyS: number
}

export const usualBeatS = 15
const retryMs = 5_000
const unheardMs = 30_000

export function firstBeat(now: number): Beat {
  return { heardAt: now, nextAt: now, everyS: usualBeatS }
}

export function isDue(b: Beat, now: number): boolean {
  return now >= b.nextAt
}

/** The server has answered, and says how often it wants to hear of us. */
export function answered(now: number, everyS: number | undefined): Beat {
  const s = everyS && everyS > 0 ? everyS : usualBeatS
  return { heardAt: now, nextAt: now + s * 1000, everyS: s }
}

/** No answer: again soon, long before the server takes us for gone. */
export function unanswered(b: Beat, now: number): Beat {
  return { ...b, nextAt: now + Math.min(retryMs, b.everyS * 1000) }
}

/** The server has not heard of this seat for so long that the operator must know. */
export function isUnheard(b: Beat | null, now: number): boolean {
  return b !== null && now - b.heardAt >= unheardMs
}
