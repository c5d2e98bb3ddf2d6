import type { SafeZone, ZoneShape, ZoneStanding } from '../data/types'
import { metres, ring, type Point } from './geo'

// Where an elder is safe: what is drawn, and what is said of it. The server judges.

export type Drawn = [number, number][]

/** The outline of a zone, as lon/lat pairs, closed; of a polygon that is being drawn, as far as it goes. */
export function outline(shape: ZoneShape | undefined): Drawn {
  if (shape?.circle) return ring(shape.circle, shape.circle.radius_m)
  return shape?.polygon?.coordinates[0] ?? []
}

/** A polygon of the corners that were clicked; a click on the first one closes it by itself, for it is closed anyway. */
export function polygonOf(corners: readonly Point[]): ZoneShape {
  const all = corners.map((c): [number, number] => [c.lon, c.lat])
  const first = all[0]
  return { polygon: { type: 'Polygon', coordinates: [first ? [...all, first] : []] } }
}

export function circleOf(at: Point, radius: number): ZoneShape {
  return { circle: { lat: at.lat, lon: at.lon, radius_m: Math.round(Math.min(20_000, Math.max(30, radius))) } }
}

/** What can be dragged: the middle of a circle and its edge to the east, or the corners. */
export function handles(shape: ZoneShape | undefined): Point[] {
  if (shape?.circle) {
    const c = shape.circle
    return [{ lat: c.lat, lon: c.lon }, { lat: c.lat, lon: ring(c, c.radius_m, 4)[1]?.[0] ?? c.lon }]
  }
  return (shape?.polygon?.coordinates[0] ?? []).slice(0, -1).map(([lon, lat]) => ({ lat, lon }))
}

/** The shape after handle i was dragged to a place. */
export function dragged(shape: ZoneShape, i: number, to: Point): ZoneShape {
  if (shape.circle) return i === 0 ? circleOf(to, shape.circle.radius_m) : circleOf(shape.circle, metres(shape.circle, to))
  return polygonOf(handles(shape).map((h, k) => (k === i ? to : h)))
}

/** Whether a shape can be saved; the server says what else is wrong with one. */
export function isWhole(shape: ZoneShape | undefined): boolean {
  return Boolean(shape?.circle) || (shape?.polygon?.coordinates[0]?.length ?? 0) >= 4
}

export function isPaused(z: SafeZone, now: number): boolean {
  return Boolean(z.paused_until && Date.parse(z.paused_until) > now)
}

/** The ends of a pause that are offered: in hours from now. */
export const pauses = [2, 6, 12, 48] as const

/** How the elder stands by what says most: outside before anything else. */
export function worst(all: readonly ZoneStanding[]): ZoneStanding | null {
  const order = ['outside', 'returning', 'leaving', 'inside', '']
  return [...all].sort((a, b) => order.indexOf(a.where) - order.indexOf(b.where))[0] ?? null
}
