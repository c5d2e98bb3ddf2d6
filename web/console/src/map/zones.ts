import { Marker, type GeoJSONSource, type Map } from 'maplibre-gl'
import type { Point } from '../core/geo'
import type { Drawn } from '../core/zones'
import { smallMap, type SmallOptions } from './small'

export interface ZoneMapOptions extends SmallOptions {
  home: string
  onClick: (at: Point) => void
  onDrag: (handle: number, to: Point) => void
}

export interface ZoneLook { line: Drawn; state: 'on' | 'off' | 'edited' }

/** A small map of the ground on which somebody is safe. */
export interface ZoneMap {
  show(zones: ZoneLook[]): void
  handles(all: Point[]): void
  home(at: Point | null): void
  fit(): void
  destroy(): void
}

export async function createZoneMap(box: HTMLElement, o: ZoneMapOptions): Promise<ZoneMap> {
  const map = await smallMap(box, o, { minZoom: 8, maxZoom: 19, keyboard: true })
  return new Zones(map, o)
}

const colour = ['match', ['get', 'state'], 'edited', '#f2c230', 'off', '#7d8894', '#37c871']

class Zones implements ZoneMap {
  #map: Map
  #onDrag: ZoneMapOptions['onDrag']
  #markers: Marker[] = []
  #home: Marker
  #all: ZoneLook[] = []
  #at: Point | null = null
  #observer: ResizeObserver

  constructor(map: Map, o: ZoneMapOptions) {
    this.#map = map
    this.#onDrag = o.onDrag
    map.addSource('zones', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } })
    map.addLayer({ id: 'zones-fill', type: 'fill', source: 'zones', paint: { 'fill-color': colour as never, 'fill-opacity': 0.14 } })
    map.addLayer({ id: 'zones-line', type: 'line', source: 'zones', paint: { 'line-color': colour as never, 'line-width': 2.5 } })
    const el = document.createElement('div')
    el.className = 'home-pin'
    el.title = o.home
    this.#home = new Marker({ element: el, anchor: 'bottom' })
    map.on('click', (e) => o.onClick({ lat: round(e.lngLat.lat), lon: round(e.lngLat.lng) }))
    this.#observer = new ResizeObserver(() => map.resize())
    this.#observer.observe(map.getContainer())
  }

  show(zones: ZoneLook[]): void {
    this.#all = zones
    void this.#map.getSource<GeoJSONSource>('zones')?.setData({
      type: 'FeatureCollection',
      features: zones.filter((z) => z.line.length > 1).map((z) => ({
        type: 'Feature', properties: { state: z.state },
        geometry: z.line.length > 3 ? { type: 'Polygon', coordinates: [z.line] } : { type: 'LineString', coordinates: z.line },
      })),
    })
  }

  handles(all: Point[]): void {
    while (this.#markers.length > all.length) this.#markers.pop()?.remove()
    all.forEach((p, i) => {
      const known = this.#markers[i]
      if (known) {
        known.setLngLat([p.lon, p.lat])
        return
      }
      const el = document.createElement('div')
      el.className = 'zone-handle'
      const m = new Marker({ element: el, draggable: true }).setLngLat([p.lon, p.lat]).addTo(this.#map)
      m.on('drag', () => {
        const { lat, lng } = m.getLngLat()
        this.#onDrag(i, { lat: round(lat), lon: round(lng) })
      })
      this.#markers.push(m)
    })
    this.#map.getCanvas().style.cursor = all.length > 0 ? 'crosshair' : ''
  }

  home(at: Point | null): void {
    this.#at = at
    if (at) this.#home.setLngLat([at.lon, at.lat]).addTo(this.#map)
    else this.#home.remove()
  }

  fit(): void {
    const all = [...this.#all.flatMap((z) => z.line), ...(this.#at ? [[this.#at.lon, this.#at.lat]] : [])]
    const [lons, lats] = [all.map((p) => p[0] ?? 0), all.map((p) => p[1] ?? 0)]
    if (all.length > 0) this.#map.fitBounds([[Math.min(...lons), Math.min(...lats)], [Math.max(...lons), Math.max(...lats)]], { padding: 30, maxZoom: 16, animate: false })
  }

  destroy(): void {
    this.#observer.disconnect()
    this.#map.remove()
  }
}

function round(n: number): number {
  return Math.round(n * 1e6) / 1e6
}
