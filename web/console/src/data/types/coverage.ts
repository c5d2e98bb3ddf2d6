/** GET /v1/coverage: a GeoJSON FeatureCollection with figures beside it. */
export interface Coverage {
  state: 'ready' | 'stale' | 'computing'
  at: string | null; took_ms: number; minutes: number; when: string; zone: string
  helpers: number; elders: number; unplaced: number; covered: number; by_foot: number; by_bike: number; by_car: number; share: number
  features: CoverageFeature[]
  uncovered: Uncovered[]
}

export interface CoverageFeature {
  type: 'Feature'
  geometry: GeoJSON.Polygon | GeoJSON.Point | null
  properties: {
    kind: 'cell' | 'volunteer' | 'key' | 'provider'
    cell: string; elders: number; covered: number; share: number; median_s: number
    rank: number; hours: number; when: string; helper: string; keys: string[]; zh: string; en: string
  }
}

export interface Uncovered {
  elder: string; centre: string; name: string; position: { lat: number; lon: number } | null; open_hours: number; nights: number; open: string
}

/** GET /v1/coverage/nights */
export interface CoverageNight {
  day: string; minutes: number; elders: number; unplaced: number; always: number; never: number; hours: number; open: number[]
  before: Omit<CoverageNight, 'before'> | null
}
