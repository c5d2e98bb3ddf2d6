// What other programs may be told, in the order in which it happens.
export const webhookKinds = [
  'alert.raised', 'alert.pressed_again', 'alert.accepted', 'alert.assigned', 'alert.departed', 'alert.arrived', 'alert.escalated', 'alert.transferred',
  'alert.joined', 'alert.resolved', 'alert.followed_up', 'alert.closed', 'alert.reopened', 'alert.cancelled',
] as const

export type DeliveryState = 'taken' | 'refused' | 'again' | 'waiting'

/** How a delivery stands: an answer of the two hundreds is taken; what is not is tried again until it is given up. */
export function deliveryState(d: { pending: boolean; attempts: number; code: string }): DeliveryState {
  if (d.pending) return d.attempts > 0 ? 'again' : 'waiting'
  return /^2\d\d$/.test(d.code) ? 'taken' : 'refused'
}
