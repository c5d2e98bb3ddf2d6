import { narrow } from './dates'

interface Point { lat: number; lon: number }

const metresPerDegree = 111_320

/** A pin moved by a step of so many metres: north and east are positive. */
export function nudge(p: Point, [north, east]: [number, number], metres: number): Point {
  const round = (n: number): number => Math.round(n * 1e6) / 1e6
  return {
    lat: round(Math.max(-89, Math.min(89, p.lat + (north * metres) / metresPerDegree))),
    lon: round(p.lon + (east * metres) / (metresPerDegree * Math.cos((p.lat * Math.PI) / 180))),
  }
}

/** "31.2304, 121.4737"; undefined when it is empty, null when it is no place. */
export function readPlace(typed: string): Point | null | undefined {
  const s = narrow(typed).trim()
  if (s === '') return undefined
  const m = /^(-?\d{1,3}(?:\.\d+)?)[\s,;]+(-?\d{1,3}(?:\.\d+)?)$/.exec(s)
  if (!m) return null
  let lat = Number(m[1])
  let lon = Number(m[2])
  // Chinese maps often write the longitude first; no latitude is beyond 90.
  if (Math.abs(lat) > 90) [lat, lon] = [lon, lat]
  return Math.abs(lat) > 90 || Math.abs(lon) > 180 || (lat === 0 && lon === 0) ? null : { lat, lon }
}
