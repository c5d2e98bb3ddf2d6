// Small plane geometry for the map; the server does the real one.

export interface Point { lat: number; lon: number }

const metresPerDegree = 111_320

export function metres(a: Point, b: Point): number {
  const x = (b.lon - a.lon) * Math.cos(((a.lat + b.lat) / 2) * (Math.PI / 180))
  return Math.hypot(x, b.lat - a.lat) * metresPerDegree
}

/** Compass bearing in degrees from a to b. */
export function bearing(a: Point, b: Point): number {
  const x = (b.lon - a.lon) * Math.cos(((a.lat + b.lat) / 2) * (Math.PI / 180))
  return (Math.atan2(x, b.lat - a.lat) * (180 / Math.PI) + 360) % 360
}

/** A ring of so many metres around a point, as lon/lat pairs, closed. */
export function ring(c: Point, radius: number, corners = 48): [number, number][] {
  const out: [number, number][] = []
  for (let i = 0; i <= corners; i++) {
    const t = (i / corners) * 2 * Math.PI
    const dLat = (radius * Math.cos(t)) / metresPerDegree
    const dLon = (radius * Math.sin(t)) / (metresPerDegree * Math.cos(c.lat * (Math.PI / 180)))
    out.push([c.lon + dLon, c.lat + dLat])
  }
  return out
}
