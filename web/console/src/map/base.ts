import { layers, namedFlavor } from '@protomaps/basemaps'
import { addProtocol, setWorkerUrl, type StyleSpecification } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import 'maplibre-gl/dist/maplibre-gl.css'
import { PMTiles, Protocol } from 'pmtiles'
import type { Lang } from '../data/types'
import { named } from './names'
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
    background: '#161b21', earth: '#161b21', park_a: '#18221f', park_b: '#18221f', water: '#1b2833', buildings: '#29323c', hospital: '#1d2229', industrial: '#191e24', school: '#1b2027',
    minor_a: '#333c46', minor_b: '#333c46', minor_service: '#2a323b', link: '#3a4550', major: '#46525e', highway: '#505e6b', other: '#2a323b', pedestrian: '#1d242b', tunnel_other: '#222a31',
    roads_label_minor: '#a5b2be', roads_label_major: '#b9c5d0', roads_label_minor_halo: '#161b21', roads_label_major_halo: '#161b21', subplace_label: '#8795a3', city_label: '#9aa8b5', address_label: '#8f9ba7', address_label_halo: '#161b21',
    // Elevated roads are the main roads of a large city; the flavour has them in brown.
    bridges_other: '#2a323b', bridges_minor: '#3a4450', bridges_link: '#414d59', bridges_major: '#4d5a67', bridges_highway: '#586775',
    wood_b: '#182320', scrub_b: '#1a231f', sand: '#22252a', tunnel_minor: '#252d35', tunnel_link: '#252d35', tunnel_major: '#2a333c', tunnel_highway: '#2f3943', railway: '#333c46',
  }
  return {
    version: 8,
    sources: { base: { type: 'vector', url: 'pmtiles://' + new URL(o.basemap, location.origin).href, attribution: o.attribution } },
    layers: layers('base', flavor, { lang: lang === 'zh' ? 'zh-Hans' : 'en' }).filter((l) => !/pois|oneway|shield/.test(l.id)).map((l) => named(l, lang)),
  }
}

/** The archive of tiles, announced to MapLibre. */
export function openBase(o: BaseOptions): PMTiles {
  const city = new PMTiles(new URL(o.basemap, location.origin).href)
  protocol.add(city)
  return city
}
