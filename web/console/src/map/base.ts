import { layers, namedFlavor } from '@protomaps/basemaps'
import { addProtocol, setWorkerUrl, type StyleSpecification } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import 'maplibre-gl/dist/maplibre-gl.css'
import { PMTiles, Protocol } from 'pmtiles'
import type { Lang } from '../data/types'
import './city.css'

// MapLibre 6 carries no inlined worker; the page's CSP would not let it run either.
setWorkerUrl(workerUrl)
// One for all maps of the page: a second would take the tiles of the first away.
const protocol = new Protocol()
addProtocol('pmtiles', protocol.tile)

/** What every map of the console stands on. */
export interface BaseOptions { basemap: string; attribution: string }

export const fonts = '"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif'

// The quiet dark ground: roads and names readable, nothing bright, so that people stand out.
export function style(o: BaseOptions, lang: Lang): StyleSpecification {
  const flavor = {
    ...namedFlavor('dark'),
    background: '#161b21', earth: '#161b21', park_a: '#18221f', park_b: '#18221f', water: '#1b2833', buildings: '#1c2229', hospital: '#1d2229', industrial: '#191e24', school: '#1b2027',
    minor_a: '#333c46', minor_b: '#333c46', minor_service: '#2a323b', link: '#3a4550', major: '#46525e', highway: '#505e6b', other: '#2a323b', pedestrian: '#1d242b', tunnel_other: '#222a31',
    roads_label_minor: '#a5b2be', roads_label_major: '#b9c5d0', roads_label_minor_halo: '#161b21', roads_label_major_halo: '#161b21', subplace_label: '#8795a3', city_label: '#9aa8b5',
  }
  return {
    version: 8,
    sources: { base: { type: 'vector', url: 'pmtiles://' + new URL(o.basemap, location.origin).href, attribution: o.attribution } },
    layers: layers('base', flavor, { lang: lang === 'zh' ? 'zh-Hans' : 'en' }).filter((l) => !/pois|oneway|shield/.test(l.id)),
  }
}

/** The archive of tiles, announced to MapLibre. */
export function openBase(o: BaseOptions): PMTiles {
  const city = new PMTiles(new URL(o.basemap, location.origin).href)
  protocol.add(city)
  return city
}
