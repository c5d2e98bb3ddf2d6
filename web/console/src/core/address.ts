import type { AddressHit, Lang } from '../data/types'
import { say } from './words'

// What the address search says, in words; and whether an address and a point fit each other.

/** The rules of the server (docs/addresses.md): how far a point may be from the address beside it. */
const farFromHouse = 200
const farFromStreet = 500

/** 640 m, 3.2 km */
export function farText(metres: number, lang: Lang): string {
  if (metres < 1000) return say(lang, 'ui.addr.metres', { n: metres < 10 ? metres : Math.round(metres / 10) * 10 })
  return say(lang, 'ui.addr.km', { n: (metres / 1000).toFixed(metres < 10_000 ? 1 : 0) })
}

/** How exact the point of a hit is; nothing where that goes without saying. */
export function exactText(h: AddressHit, lang: Lang): string {
  if (h.exact === 'interpolated') return say(lang, 'ui.addr.estimated')
  if (h.exact === 'street') return say(lang, h.number ? 'ui.addr.number_unknown' : 'ui.addr.street')
  return h.exact === 'place' ? say(lang, 'ui.addr.place') : ''
}

/** What is said beside the label: how like it is, how exact, how far. */
export function besides(h: AddressHit, lang: Lang): string {
  const like = h.match === 'similar' || h.match === 'sound' ? say(lang, 'ui.addr.similar') : ''
  return [like, exactText(h, lang), farText(h.distance_m, lang)].filter((s) => s !== '').join(' · ')
}

/** Whether a hit is sure enough to be taken without asking: the address was understood whole. */
export const isSure = (h: AddressHit | undefined): h is AddressHit => h !== undefined && h.match === 'exact' && h.exact !== 'place'

/**
 * How far an address is from a point, when it is too far; the hits are those for the address, with their distances from the point. Null when
 * they fit, or when nobody can say. Of several streets of that name the one that fits is meant.
 */
export function gapOf(hits: readonly AddressHit[]): number | null {
  let least: number | null = null
  for (const h of hits) {
    if (!isSure(h)) continue
    if (h.distance_m <= (h.exact === 'street' ? farFromStreet : farFromHouse)) return null
    least = Math.min(least ?? Infinity, h.distance_m)
  }
  return least
}
