import { AttributionControl, Map, NavigationControl } from 'maplibre-gl'
import type { Lang } from '../data/types'
import { fonts, openBase, style, type BaseOptions } from './base'

export interface SmallOptions extends BaseOptions { center: [number, number]; zoom: number; lang: Lang }

/** A map beside a form or a list, when it is drawn. Without keys of its own it is not there for who cannot see it: the page says the same in words. */
export async function smallMap(box: HTMLElement, o: SmallOptions, bounds: { minZoom: number; maxZoom: number; keyboard: boolean }): Promise<Map> {
  openBase(o)
  const map = new Map({
    container: box, style: style(o, o.lang), center: o.center, zoom: o.zoom, attributionControl: false, dragRotate: false, pitchWithRotate: false,
    localIdeographFontFamily: fonts, fadeDuration: 0, ...bounds,
  })
  map.touchZoomRotate.disableRotation()
  map.addControl(new AttributionControl({ compact: false }), 'bottom-right')
  map.addControl(new NavigationControl({ showCompass: false }), 'top-right')
  if (!bounds.keyboard) {
    map.getCanvas().setAttribute('aria-hidden', 'true')
    map.getCanvas().tabIndex = -1
  }
  await new Promise<void>((done, fail) => {
    map.once('load', () => done())
    setTimeout(() => (map.isStyleLoaded() ? done() : fail(new Error('map did not load'))), 60_000)
  })
  return map
}
