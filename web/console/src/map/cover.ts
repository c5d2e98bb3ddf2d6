import { LngLatBounds, Marker, ScaleControl, type GeoJSONSource, type Map } from 'maplibre-gl'
import type { Lang } from '../data/types'
import { style } from './base'
import { smallMap, type SmallOptions } from './small'

export interface CoverOptions extends SmallOptions { onCell: (cell: { elders: number; covered: number } | null) => void }

export interface CoverMark { id: string; at: [number, number]; text: string; title: string; kind: 'elder' | 'volunteer' | 'provider' }

/** A map of cells with marks on it. */
export interface CoverMap {
  show(cells: GeoJSON.Feature[], marks: readonly CoverMark[]): void
  go(at: [number, number]): void
  speak(lang: Lang): void
  destroy(): void
}

export async function createCoverMap(box: HTMLElement, o: CoverOptions): Promise<CoverMap> {
  const map = await smallMap(box, o, { minZoom: 8, maxZoom: 17, keyboard: false })
  map.addControl(new ScaleControl({ maxWidth: 110 }), 'bottom-left')
  return new Cover(map, o)
}

class Cover implements CoverMap {
  #map: Map
  #o: CoverOptions
  #lang: Lang
  #cells: GeoJSON.Feature[] = []
  #marks: Marker[] = []
  #framed = false
  #observer: ResizeObserver

  constructor(map: Map, o: CoverOptions) {
    this.#map = map
    this.#o = o
    this.#lang = o.lang
    this.#layers()
    map.on('mousemove', (e) => {
      const under = map.getLayer('cells') ? map.queryRenderedFeatures(e.point, { layers: ['cells'] })[0] : undefined
      o.onCell(under ? { elders: Number(under.properties['elders']), covered: Number(under.properties['covered']) } : null)
    })
    map.on('mouseout', () => o.onCell(null))
    this.#observer = new ResizeObserver(() => map.resize())
    this.#observer.observe(map.getContainer())
  }

  // Streets and names stay readable: the cells lie under the names.
  #layers(): void {
    const names = this.#map.getStyle().layers.find((l) => l.type === 'symbol')?.id
    this.#map.addSource('cells', { type: 'geojson', data: { type: 'FeatureCollection', features: this.#cells } })
    this.#map.addLayer({ id: 'cells', type: 'fill', source: 'cells', paint: { 'fill-color': ['get', 'color'], 'fill-opacity': ['get', 'weight'] } }, names)
    this.#map.addLayer({ id: 'cells-edge', type: 'line', source: 'cells', paint: { 'line-color': ['get', 'color'], 'line-width': 1.2, 'line-opacity': 0.9 } }, names)
  }

  show(cells: GeoJSON.Feature[], marks: readonly CoverMark[]): void {
    this.#cells = cells
    this.#map.getSource<GeoJSONSource>('cells')?.setData({ type: 'FeatureCollection', features: cells })
    for (const m of this.#marks) m.remove()
    this.#marks = marks.map((m) => {
      const el = document.createElement('div')
      el.className = `cover-mark ${m.kind}`
      el.title = m.title
      el.textContent = m.text
      return new Marker({ element: el }).setLngLat(m.at).addTo(this.#map)
    })
    if (this.#framed || cells.length === 0) return
    this.#framed = true
    const all = new LngLatBounds()
    for (const c of cells) if (c.geometry.type === 'Polygon') for (const p of c.geometry.coordinates[0] ?? []) all.extend([p[0] ?? 0, p[1] ?? 0])
    this.#map.fitBounds(all, { padding: 30, animate: false, maxZoom: 16 })
  }

  go(at: [number, number]): void {
    this.#map.jumpTo({ center: at, zoom: Math.max(15, this.#map.getZoom()) })
  }

  speak(lang: Lang): void {
    if (lang === this.#lang) return
    this.#lang = lang
    this.#map.setStyle(style(this.#o, lang), { diff: false })
    this.#map.once('style.load', () => this.#layers())
  }

  destroy(): void {
    this.#observer.disconnect()
    this.#map.remove()
  }
}
