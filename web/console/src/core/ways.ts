import { metres } from './geo'

// The ways of who is coming, as the roads lead. They are asked for again when somebody has moved on.

export type Spot = [number, number]

export interface Way { from: Spot; to: Spot; mode: string; line: Spot[]; byRoad: boolean }

/** Somebody who is on the way: where they are, where they go, and how. */
export interface Travelling { id: string; from: Spot; to: Spot; mode: string }

/** A line on the map: along roads, or by air where no road is known (yet). */
export interface WayLine { line: Spot[]; byRoad: boolean }

const point = ([lon, lat]: Spot) => ({ lon, lat })
const apart = (a: Spot, b: Spot) => metres(point(a), point(b))

// A way that was found so many metres back still leads on from where somebody is.
const stale = 40
const wrong = 250

/** whose way is not known, or was found too far back. */
export function unknownWays(all: readonly Travelling[], known: ReadonlyMap<string, Way>): Travelling[] {
  return all.filter((t) => {
    const w = known.get(t.id)
    return !w || w.mode !== t.mode || apart(w.to, t.to) > 1 || apart(w.from, t.from) > stale
  })
}

/** The line of somebody: what is left of the known way from the point of it that is nearest to them; by air without one. */
export function wayLine(t: Travelling, w: Way | undefined): WayLine {
  if (!w || !w.byRoad || w.line.length < 2 || apart(w.to, t.to) > 1) return { line: [t.from, t.to], byRoad: false }
  let nearest = 0
  w.line.forEach((p, i) => {
    if (apart(p, t.from) < apart(w.line[nearest] ?? p, t.from)) nearest = i
  })
  if (apart(w.line[nearest] ?? t.from, t.from) > wrong) return { line: [t.from, t.to], byRoad: false }
  return { line: [t.from, ...w.line.slice(nearest), t.to], byRoad: true }
}
