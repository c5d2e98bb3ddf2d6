import { millis } from './time'

/** The protocol that a device of this identity most likely speaks: a telephone number is a caller. */
export function guessProtocol(identity: string): string {
  const bare = identity.replace(/[\s()-]/g, '')
  if (/^(\+|00)\d{7,}$/.test(bare) || /^(?:1[3-9]\d{9}|0\d{9,11})$/.test(bare)) return 'phone'
  return 'http'
}

/** Whether a device was heard after a time. */
export function heardSince(lastSeen: string | null | undefined, since: number): boolean {
  const t = millis(lastSeen)
  return t !== null && t > since
}

/** Whether somebody presses the thing to call; a smoke detector is tested in another way. */
export function isPressed(kind: string | undefined): boolean {
  return ['button', 'pendant', 'watch', 'landline', 'phone'].includes(kind ?? '')
}
