import type { Alert, AlertEvent, Change, HelperAt, Snapshot } from './types'

// All live data of the console is the sum of the messages of one stream. This is that sum.

export interface Live {
  alerts: ReadonlyMap<string, Alert>
  /** new events of alerts, as the stream brings them; the whole story is fetched when an alert is opened */
  events: ReadonlyMap<string, readonly AlertEvent[]>
  helpers: ReadonlyMap<string, HelperAt>
  /** where each helper was before, for the direction of movement */
  before: ReadonlyMap<string, HelperAt>
  /** global number of the last event seen */
  seq: number
  /** server's clock minus ours, in milliseconds */
  skew: number
}

export const empty: Live = { alerts: new Map(), events: new Map(), helpers: new Map(), before: new Map(), seq: 0, skew: 0 }

/** A snapshot is the truth: what is open and not in it has ended while we were not listening. */
export function takeSnapshot(live: Live, s: Snapshot, receivedAt: number): Live {
  const alerts = new Map((s.alerts ?? []).map((a) => [a.id, a]))
  const serverNow = Date.parse(s.now)
  return {
    ...live,
    alerts,
    events: new Map(),
    seq: s.seq,
    skew: Number.isNaN(serverNow) ? live.skew : serverNow - receivedAt,
  }
}

/** A change replaces the alert unless it is older than what we have; events are kept in order, each once. */
export function takeChange(live: Live, c: Change): Live {
  const event = c.event ?? null
  const seq = Math.max(live.seq, event?.global ?? 0)
  const known = live.alerts.get(c.alert.id)
  const alerts = new Map(live.alerts)
  if (!known || c.alert.seq >= known.seq) alerts.set(c.alert.id, c.alert)
  const events = new Map(live.events)
  if (event) events.set(c.alert.id, mergeEvents(live.events.get(c.alert.id) ?? [], [event]))
  return { ...live, alerts, events, seq }
}

/** The answer to a command is newer than the stream may be; same rule. */
export function takeAlert(live: Live, alert: Alert): Live {
  return takeChange(live, { alert })
}

// Closer together than this is the noise of a position, not a movement.
const stillMetres = 3

export function takeHelpers(live: Live, list: HelperAt[]): Live {
  const helpers = new Map(live.helpers)
  const before = new Map(live.before)
  for (const h of list) {
    const old = helpers.get(h.id)
    if (old && Math.hypot(old.lat - h.lat, old.lon - h.lon) * 111_320 > stillMetres) before.set(h.id, old)
    helpers.set(h.id, { ...old, ...h })
  }
  return { ...live, helpers, before }
}

export function mergeEvents(a: readonly AlertEvent[], b: readonly AlertEvent[]): AlertEvent[] {
  const by = new Map<number, AlertEvent>()
  for (const e of a) by.set(e.seq, e)
  for (const e of b) by.set(e.seq, e)
  return [...by.values()].sort((x, y) => x.seq - y.seq)
}
