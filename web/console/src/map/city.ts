import { AttributionControl, LngLatBounds, Map, Marker, NavigationControl, ScaleControl, type GeoJSONSource } from 'maplibre-gl'
import type { PMTiles } from 'pmtiles'
import type { ElderMark, HelperMark, MapModel } from '../core/mapmodel'
import type { ClosedRoad, Lang } from '../data/types'
import { fonts, openBase, style, type BaseOptions } from './base'

export interface CityOptions extends BaseOptions {
  center: [number, number]; zoom: number; lang: Lang
  onSelect: (alert: string) => void
  /** a click beside all marks; closure: of the closed road under it */
  onPlace: (at: { lat: number; lon: number }, closure: string | null) => void
}

export interface CityMap {
  show(model: MapModel): void
  fit(): void
  /** marks an address and goes there; null takes the mark away */
  point(spot: Spot | null): void
  closed(roads: readonly ClosedRoad[]): void
  /** a pin that may be dragged, for somebody who knows better where the elder is; null takes it away */
  propose(at: { lat: number; lon: number } | null, moved: (at: { lat: number; lon: number }) => void): void
  /** a road is to be chosen by a click */
  aim(on: boolean): void
  speak(lang: Lang): void
  destroy(): void
}

export interface Spot { at: [number, number]; label: string; wide: boolean }

export async function createCityMap(box: HTMLElement, o: CityOptions): Promise<CityMap> {
  const city = openBase(o)
  const area = await areaOf(city)
  const map = new Map({
    container: box, style: style(o, o.lang), center: o.center, zoom: o.zoom, attributionControl: false, dragRotate: false, pitchWithRotate: false,
    localIdeographFontFamily: fonts, fadeDuration: 0, maxZoom: 18, minZoom: 9, keyboard: false,
  })
  map.touchZoomRotate.disableRotation()
  map.addControl(new AttributionControl({ compact: false }), 'bottom-right')
  map.addControl(new ScaleControl({ maxWidth: 110 }), 'bottom-left')
  map.addControl(new NavigationControl({ showCompass: false }), 'top-right')
  const canvas = map.getCanvas()
  canvas.setAttribute('aria-hidden', 'true')
  canvas.tabIndex = -1
  await new Promise<void>((done, fail) => {
    map.once('load', () => done())
    setTimeout(() => (map.loaded() || map.isStyleLoaded() ? done() : fail(new Error('map did not load'))), 15_000)
  })
  addOurLayers(map)
  return new City(map, o, area)
}

// A quarter is shown whole when nobody calls; of a metropolis the configured centre.
const quarter = 0.08

async function areaOf(city: PMTiles): Promise<LngLatBounds | null> {
  const h = await city.getHeader()
  const small = h.maxLon - h.minLon < quarter && h.maxLat - h.minLat < quarter
  return small ? new LngLatBounds([h.minLon, h.minLat], [h.maxLon, h.maxLat]) : null
}

const empty: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] }

function addOurLayers(map: Map): void {
  if (!map.hasImage('arrow')) map.addImage('arrow', arrow(), { pixelRatio: 2 })
  map.addSource('ring', { type: 'geojson', data: empty })
  map.addSource('lines', { type: 'geojson', data: empty })
  map.addSource('closed', { type: 'geojson', data: empty })
  map.addSource('dots', { type: 'geojson', data: empty })
  map.addLayer({ id: 'ring-fill', type: 'fill', source: 'ring', paint: { 'fill-color': '#ff5c4d', 'fill-opacity': 0.1 } })
  map.addLayer({ id: 'ring-line', type: 'line', source: 'ring', paint: { 'line-color': '#ff8b80', 'line-width': 1.5 } })
  map.addLayer({ id: 'closed', type: 'line', source: 'closed', layout: { 'line-cap': 'butt' }, paint: { 'line-color': '#ff5c4d', 'line-width': 6, 'line-opacity': 0.9, 'line-dasharray': [1, 0.6] } })
  // A way that follows the roads is whole; one by air is dotted, so that nobody takes it for a street.
  map.addLayer({ id: 'lines-edge', type: 'line', source: 'lines', filter: ['get', 'byRoad'], layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': '#0d1216', 'line-width': 7 } })
  map.addLayer({ id: 'lines', type: 'line', source: 'lines', filter: ['get', 'byRoad'], layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': '#3ecf8e', 'line-width': 4 } })
  map.addLayer({ id: 'lines-air', type: 'line', source: 'lines', filter: ['!', ['get', 'byRoad']], layout: { 'line-cap': 'round' }, paint: { 'line-color': '#3ecf8e', 'line-width': 3, 'line-dasharray': [1, 2] } })
  map.addLayer({
    id: 'dots', type: 'circle', source: 'dots',
    paint: {
      'circle-radius': ['interpolate', ['linear'], ['zoom'], 12, 2.5, 16, 5],
      'circle-color': ['case', ['get', 'busy'], '#7d8a97', ['get', 'duty'], '#3ecf8e', '#4a545e'],
      'circle-opacity': ['case', ['get', 'duty'], 0.75, 0.5],
    },
  })
  map.addLayer({
    id: 'headings', type: 'symbol', source: 'dots', filter: ['has', 'heading'], minzoom: 14,
    layout: { 'icon-image': 'arrow', 'icon-rotate': ['get', 'heading'], 'icon-rotation-alignment': 'map', 'icon-allow-overlap': true, 'icon-offset': [0, -13] },
    paint: { 'icon-opacity': 0.8 },
  })
}

// A small arrowhead, drawn here because the page may load no images from elsewhere.
function arrow(): ImageData {
  const c = document.createElement('canvas')
  c.width = c.height = 20
  const g = c.getContext('2d')
  if (!g) throw new Error('no canvas')
  g.fillStyle = '#9be8c8'
  g.beginPath()
  g.moveTo(10, 2)
  g.lineTo(17, 16)
  g.lineTo(10, 12)
  g.lineTo(3, 16)
  g.closePath()
  g.fill()
  return g.getImageData(0, 0, 20, 20)
}

const lineOf = (coordinates: [number, number][], properties: object): GeoJSON.Feature => ({ type: 'Feature', properties, geometry: { type: 'LineString', coordinates } })

class City implements CityMap {
  #map: Map
  #o: CityOptions
  #lang: Lang
  #marks = new globalThis.Map<string, { marker: Marker; el: HTMLElement; text: string }>()
  #model: MapModel | null = null
  #frame = 'none'
  #spot: Marker | null = null
  #proposed: Marker | null = null
  #observer: ResizeObserver

  #closed: readonly ClosedRoad[] = []
  #area: LngLatBounds | null
  #drawn = new globalThis.Map<string, string>()

  constructor(map: Map, o: CityOptions, area: LngLatBounds | null) {
    this.#map = map
    this.#o = o
    this.#area = area
    this.#lang = o.lang
    // The pane changes its size when a case opens; fit again when it has settled.
    this.#observer = new ResizeObserver(() => {
      map.resize()
      this.fit()
    })
    this.#observer.observe(map.getContainer())
    map.on('click', (e) => {
      const under = map.queryRenderedFeatures([[e.point.x - 6, e.point.y - 6], [e.point.x + 6, e.point.y + 6]], { layers: ['closed'] })[0]
      o.onPlace({ lat: e.lngLat.lat, lon: e.lngLat.lng }, (under?.properties['id'] as string | undefined) ?? null)
    })
  }

  show(m: MapModel): void {
    this.#model = m
    this.#set('ring', m.ring ? [{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [m.ring] } }] : [])
    this.#set('lines', m.lines.map((l) => lineOf(l.line, { byRoad: l.byRoad })))
    this.#set('dots', m.dots.map((d) => ({
      type: 'Feature', geometry: { type: 'Point', coordinates: d.at },
      properties: { duty: d.duty, busy: d.busy, ...(d.heading === null ? {} : { heading: d.heading }) },
    })))
    const keep = new Set<string>()
    for (const e of m.elders) this.#elder(e, keep)
    for (const h of m.helpers) this.#helper(h, keep)
    for (const p of m.places) this.#mark('p' + p.id, p.at, `place ${p.source}${p.against ? ' against' : ''}`, [['dot', ''], ['label', p.label], ['sub', p.sub]], keep)
    for (const [id, x] of this.#marks) {
      if (keep.has(id)) continue
      x.marker.remove()
      this.#marks.delete(id)
    }
    if (m.frame === this.#frame) return
    const other = m.frame.split('/')[0] !== this.#frame.split('/')[0]
    this.#frame = m.frame
    if (m.selected || other) this.fit()
  }

  #set(source: string, features: GeoJSON.Feature[]): void {
    // Handing the same data over again would draw the map anew; seats without a graphics card feel that.
    const text = JSON.stringify(features)
    if (this.#drawn.get(source) === text) return
    this.#drawn.set(source, text)
    this.#map.getSource<GeoJSONSource>(source)?.setData({ type: 'FeatureCollection', features })
  }

  #mark(id: string, at: [number, number], className: string, parts: [string, string][], keep: Set<string>): HTMLElement {
    keep.add(id)
    const text = className + JSON.stringify(parts)
    let x = this.#marks.get(id)
    if (!x) {
      const el = document.createElement('div')
      x = { el, text: '', marker: new Marker({ element: el, ...(className.startsWith('elder') || className.startsWith('place') ? { anchor: 'center' } : { anchor: 'bottom', offset: [0, -10] }) }).setLngLat(at).addTo(this.#map) }
      this.#marks.set(id, x)
    }
    x.marker.setLngLat(at)
    if (x.text !== text) {
      x.text = text
      for (const c of [...x.el.classList]) if (!c.startsWith('maplibregl')) x.el.classList.remove(c)
      x.el.classList.add('mark', ...className.split(' '))
      x.el.replaceChildren(...parts.map(([cls, t]) => {
        const s = document.createElement('span')
        s.className = cls
        s.textContent = t
        return s
      }))
    }
    return x.el
  }

  #elder(e: ElderMark, keep: Set<string>): void {
    const cls = `elder p${e.priority}${e.selected ? ' selected' : ''}${e.fresh ? ' fresh' : ''}`
    const el = this.#mark('e' + e.id, e.at, cls, [['pin', String(e.priority)], ['label', e.label]], keep)
    el.onclick = () => this.#o.onSelect(e.id)
    el.style.zIndex = e.selected ? '3' : '1'
  }

  #helper(h: HelperMark, keep: Set<string>): void {
    const el = this.#mark('h' + h.id, h.at, h.role, [...(h.heading === null ? [] : [['arrow', '▲'] as [string, string]]), ['label', h.label], ['sub', h.sub]], keep)
    el.title = h.name
    el.style.zIndex = h.role === 'candidate' ? '2' : '4'
    const a = el.querySelector<HTMLElement>('.arrow')
    if (a) a.style.transform = `rotate(${h.heading}deg)`
  }

  fit(): void {
    const m = this.#model
    if (!m) return
    const home = m.elders.find((e) => e.selected)
    const box = this.#map.getContainer()
    if (!m.selected || !home) {
      if (m.selected) return
      // Where our people are is what a calm screen should show.
      if (m.dots.length > 5) {
        const all = new LngLatBounds()
        for (const d of m.dots) all.extend(d.at)
        this.#map.fitBounds(all, { padding: 40, animate: false, maxZoom: 16 })
      } else if (this.#area) this.#map.fitBounds(this.#area, { padding: 30, animate: false })
      else this.#map.jumpTo({ center: this.#o.center, zoom: this.#o.zoom })
      return
    }
    const bounds = new LngLatBounds(home.at, home.at)
    for (const p of m.places) if (p.near) bounds.extend(p.at)
    const coming = m.helpers.filter((h) => h.role !== 'candidate')
    for (const h of coming.length > 0 ? coming : m.helpers) bounds.extend(h.at)
    const x = Math.min(70, box.clientWidth / 6)
    this.#map.fitBounds(bounds, { padding: { top: Math.min(84, box.clientHeight / 4), bottom: Math.min(64, box.clientHeight / 5), left: x, right: x + 10 }, maxZoom: 16.5, animate: false })
  }

  point(spot: Spot | null): void {
    this.#spot?.remove()
    this.#spot = null
    if (!spot) return
    const el = document.createElement('div')
    el.className = 'mark spot'
    el.title = spot.label
    this.#spot = new Marker({ element: el, anchor: 'bottom' }).setLngLat(spot.at).addTo(this.#map)
    this.#map.jumpTo({ center: spot.at, zoom: spot.wide ? 14 : Math.max(16, this.#map.getZoom()) })
  }

  propose(at: { lat: number; lon: number } | null, moved: (at: { lat: number; lon: number }) => void): void {
    if (!at) {
      this.#proposed?.remove()
      this.#proposed = null
      return
    }
    if (!this.#proposed) {
      const el = document.createElement('div')
      el.className = 'mark spot'
      el.dataset['testid'] = 'proposed'
      const pin = new Marker({ element: el, anchor: 'bottom', draggable: true }).setLngLat([at.lon, at.lat]).addTo(this.#map)
      pin.on('dragend', () => moved({ lat: pin.getLngLat().lat, lon: pin.getLngLat().lng }))
      this.#proposed = pin
    }
    this.#proposed.setLngLat([at.lon, at.lat])
  }

  closed(roads: readonly ClosedRoad[]): void {
    this.#closed = roads
    this.#set('closed', roads.flatMap((c) => (c.geometry ? [lineOf(c.geometry.coordinates, { id: c.id })] : [])))
  }

  aim(on: boolean): void {
    this.#map.getCanvas().style.cursor = on ? 'crosshair' : ''
  }

  speak(lang: Lang): void {
    if (lang === this.#lang) return
    this.#lang = lang
    this.#map.setStyle(style(this.#o, lang), { diff: false })
    this.#map.once('style.load', () => {
      addOurLayers(this.#map)
      this.#drawn.clear()
      if (this.#model) this.show(this.#model)
      this.closed(this.#closed)
    })
  }

  destroy(): void {
    this.#observer.disconnect()
    this.#map.remove()
  }
}
