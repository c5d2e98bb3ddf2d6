import { createExpression } from '@maplibre/maplibre-gl-style-spec'
import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'
import { PMTiles, type RangeResponse, type Source } from 'pmtiles'
import { describe, expect, it } from 'vitest'
import type { Lang } from '../data/types'
import shipped from '../../../../geo/mapdata/shanghai-centre.pmtiles?inline'
import { nameOf, named } from './names'

// The map that travels with the program, read as the browser reads it.
class Bytes implements Source {
  #bytes = Uint8Array.from(atob(shipped.slice(shipped.indexOf(',') + 1)), (c) => c.charCodeAt(0))
  getKey() { return 'city' }
  async getBytes(from: number, length: number): Promise<RangeResponse> {
    return { data: this.#bytes.slice(from, from + length).buffer }
  }
}

const city = new PMTiles(new Bytes())

async function tile(z: number, x: number, y: number): Promise<VectorTile> {
  const t = await city.getZxy(z, x, y)
  if (!t) throw new Error(`no tile ${z}/${x}/${y}`)
  return new VectorTile(new PbfReader(new Uint8Array(t.data)))
}

const features = (t: VectorTile, layer: string) => {
  const l = t.layers[layer]
  return l ? Array.from({ length: l.length }, (_, i) => l.feature(i)) : []
}

describe('the map that travels with the program', () => {
  it('is an archive that the browser can read, with its attribution', async () => {
    const h = await city.getHeader()
    expect([h.minZoom, h.maxZoom, h.tileType, h.clustered]).toEqual([5, 15, 1, true])
    expect([h.minLon, h.minLat, h.maxLon, h.maxLat].map((v) => Math.round(v * 100) / 100)).toEqual([121.46, 31.22, 121.49, 31.24])
    expect(await city.getMetadata()).toMatchObject({ attribution: '© OpenStreetMap contributors', vector_layers: expect.arrayContaining([expect.objectContaining({ id: 'roads' })]) })
  })
  it('has the ground and the streets around the People\'s Square', async () => {
    const t = await tile(15, 27440, 13389)
    const ground = features(t, 'earth')
    expect(ground.map((f) => f.type)).toEqual([3])
    expect(ground[0]?.toGeoJSON(27440, 13389, 15).geometry.type).toBe('Polygon')
    const road = features(t, 'roads').find((f) => f.properties.name === '延安高架路')
    expect(road?.properties).toMatchObject({ script: 'Han', is_bridge: true })
    const [lon, lat] = (road?.toGeoJSON(27440, 13389, 15).geometry as GeoJSON.MultiLineString).coordinates.flat(2)
    expect(lon).toBeCloseTo(121.47, 1)
    expect(lat).toBeCloseTo(31.23, 1)
  })
  it('has no hole', async () => {
    for (let x = 27439; x <= 27441; x++) for (let y = 13388; y <= 13390; y++) expect(features(await tile(15, x, y), 'earth'), `${x}/${y}`).toHaveLength(1)
  })
})

describe('the names on the map', () => {
  const said = (lang: Lang, properties: Record<string, string>) => {
    const e = createExpression(nameOf(lang), { type: 'string' } as never)
    if (e.result !== 'success') throw new Error(JSON.stringify(e.value))
    return e.value.evaluate({ zoom: 15 }, { type: 2, properties })
  }
  it('are those that people there use, and the English one above where there is one', () => {
    const road = { name: '延安路', script: 'Han' }
    expect(said('zh', road)).toBe('延安路')
    expect(said('en', road)).toBe('延安路')
    expect(said('en', { ...road, 'name:en': "Yan'an Road" })).toBe("Yan'an Road\n延安路")
    expect(said('zh', { name: 'Vaduz', 'name:zh-Hans': '瓦杜兹' })).toBe('瓦杜兹')
    expect(said('en', { name: 'Rhein', 'name:en': 'Rhine' })).toBe('Rhine')
  })
  it('leave everything else of the style alone', () => {
    const fill = { id: 'earth', type: 'fill', source: 'base' } as const
    const address = { id: 'address_label', type: 'symbol', source: 'base', layout: { 'text-field': ['get', 'addr_housenumber'] } } as const
    expect(named(fill, 'zh')).toBe(fill)
    expect(named({ ...address, layout: { 'text-field': ['get', 'addr_housenumber'] } }, 'zh')).toEqual({ ...address, minzoom: 16.5 })
    expect(named({ id: 'roads_labels_minor', type: 'symbol', source: 'base', layout: { 'text-size': 12 } }, 'zh')).toMatchObject({ layout: { 'text-size': 12, 'text-field': nameOf('zh') } })
  })
})
