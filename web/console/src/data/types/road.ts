export interface LineString { type: 'LineString'; coordinates: [number, number][] }

export interface RoadWay { mode: string; duration_s: number; distance_m: number; by_road: boolean; geometry: LineString }

/** A stretch of road that nobody is led through for a while. */
export interface ClosedRoad {
  id: string; centre?: string; name: string; modes: string[]; reason: string; at: string; until: string; ended_at?: string | null
  position: { lat: number; lon: number }; geometry: LineString | null
}
