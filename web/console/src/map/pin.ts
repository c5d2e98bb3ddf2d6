import { Marker, type Map } from 'maplibre-gl'
import { smallMap, type SmallOptions } from './small'

export interface PinOptions extends SmallOptions {
  label: string
  onMove: (at: { lat: number; lon: number }) => void
}

/** A small map with one pin. */
export interface PinMap {
  set(at: { lat: number; lon: number } | null, movable: boolean): void
  zoom(by: number): void
  /** metres of one step of the keyboard, by the zoom */
  step(): number
  destroy(): void
}

export async function createPinMap(box: HTMLElement, o: PinOptions): Promise<PinMap> {
  const map = await smallMap(box, o, { minZoom: 9, maxZoom: 19, keyboard: false })
  return new Pin(map, o)
}

class Pin implements PinMap {
  #map: Map
  #marker: Marker
  #movable = false
  #shown = false
  #observer: ResizeObserver

  constructor(map: Map, o: PinOptions) {
    this.#map = map
    const el = document.createElement('div')
    el.className = 'home-pin'
    el.title = o.label
    this.#marker = new Marker({ element: el, anchor: 'bottom' })
    const tell = (): void => {
      const { lat, lng } = this.#marker.getLngLat()
      o.onMove({ lat: round(lat), lon: round(lng) })
    }
    this.#marker.on('dragend', tell)
    // A click sets the pin where none is, or where it is wrong by more than a drag.
    map.on('click', (e) => this.#movable && o.onMove({ lat: round(e.lngLat.lat), lon: round(e.lngLat.lng) }))
    this.#observer = new ResizeObserver(() => map.resize())
    this.#observer.observe(map.getContainer())
  }

  set(at: { lat: number; lon: number } | null, movable: boolean): void {
    this.#movable = movable
    this.#marker.setDraggable(movable)
    this.#map.getCanvas().style.cursor = movable ? 'crosshair' : ''
    if (!at) {
      this.#marker.remove()
      this.#shown = false
      return
    }
    this.#marker.setLngLat([at.lon, at.lat])
    if (!this.#shown) {
      this.#marker.addTo(this.#map)
      this.#map.jumpTo({ center: [at.lon, at.lat], zoom: Math.max(16, this.#map.getZoom()) })
      this.#shown = true
    } else if (!this.#map.getBounds().contains([at.lon, at.lat])) this.#map.jumpTo({ center: [at.lon, at.lat] })
  }

  zoom(by: number): void {
    this.#map.jumpTo({ zoom: this.#map.getZoom() + by })
  }

  step(): number {
    return Math.max(1, 2 ** (18 - this.#map.getZoom()) * 4)
  }

  destroy(): void {
    this.#observer.disconnect()
    this.#map.remove()
  }
}

// Six places are a hand's breadth; more only pretends.
function round(n: number): number {
  return Math.round(n * 1e6) / 1e6
}
