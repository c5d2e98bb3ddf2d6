import type { Alert, OpenSeat } from '../data/types'
import { isWorking, turnOf } from './queue'

// Who sits where, as whoever leads the shift wants to read it.

const order: Record<OpenSeat['state'], number> = { silent: 0, free: 1, away: 2 }

/** What wants a look first: seats that are not heard of, then those that take alerts, then who is away for a moment. */
export function seatOrder(seats: readonly OpenSeat[]): OpenSeat[] {
  return [...seats].sort((a, b) => order[a.state] - order[b.state] || (a.operator < b.operator ? -1 : 1))
}

export interface InHand { alert: Alert; /** it only stands there: nobody has taken it */ waits: boolean }

/** What a seat has in hand, and what stands at it. */
export function inHand(queue: readonly Alert[], operator: string): InHand[] {
  return queue.flatMap((alert): InHand[] => {
    if (turnOf(alert) === operator) return [{ alert, waits: true }]
    return isWorking(alert) && alert.operator?.id === operator ? [{ alert, waits: false }] : []
  })
}
