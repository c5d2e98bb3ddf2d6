import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import type { Lang } from '../data/types'

/**
 * What a place or street is called on the map: in Chinese as people there write it; in English with the local
 * name below it, and that name alone where there is no other.
 */
export function nameOf(lang: Lang): ExpressionSpecification {
  if (lang === 'zh') return ['coalesce', ['get', 'name:zh-Hans'], ['get', 'name']]
  return ['case', ['all', ['has', 'name:en'], ['has', 'script']], ['concat', ['get', 'name:en'], '\n', ['get', 'name']], ['coalesce', ['get', 'name:en'], ['get', 'name']]]
}

/**
 * A layer of the style with our names. Its own puts a name without a translation under an empty line, beside its
 * street, and shows house numbers only at the last zoom: too late for who sends somebody to a door.
 */
export function named(l: LayerSpecification, lang: Lang): LayerSpecification {
  if (l.id === 'address_label') return { ...l, minzoom: 16.5 }
  if (l.type !== 'symbol') return l
  return { ...l, layout: { ...l.layout, 'text-field': nameOf(lang) } }
}
