import type { Alert, Device } from '../data/types'
import { isEnded, isMachine } from './queue'
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

/** The open tasks about a device, what must be done first at the top. */
export function tasksOf(alerts: Iterable<Alert>, device: string): Alert[] {
  const last = Number.MAX_SAFE_INTEGER
  return [...alerts].filter((a) => a.device === device && isMachine(a) && !isEnded(a)).sort((x, y) => (millis(x.do_by) ?? last) - (millis(y.do_by) ?? last))
}

export interface DeviceState { code: 'lost' | 'late' | 'never' | 'online'; bad: boolean }

/** How a device stands towards us. One that never reports by itself is not late, and of one that nobody supervises silence says nothing. */
export function linkOf(d: Pick<Device, 'link' | 'last_seen_at' | 'expected_beat_s'>): DeviceState {
  const code = d.link === 'lost' || d.link === 'late' || d.link === 'online' ? d.link : d.last_seen_at && d.link !== 'never' ? 'online' : 'never'
  return { code, bad: code === 'lost' || (d.link === 'never' && d.expected_beat_s !== 0) }
}
