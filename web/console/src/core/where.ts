import type { Alert, AlertEvent, Choice, KnownPlace, Lang } from '../data/types'
import { millis } from './time'
import { code, say } from './words'

// Where the elder is, in words: the server has chosen, the seat shows how far one may trust it.

export function farText(lang: Lang, metres: number): string {
  if (metres < 1000) return say(lang, 'ui.place.m', { metres: Math.round(metres / 10) * 10 })
  return say(lang, 'ui.place.km', { km: (metres / 1000).toFixed(1) })
}

/** How long ago, as people say it; the clock of the alarm counts seconds, a place need not. */
export function agoText(lang: Lang, ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  if (s < 60) return say(lang, 'ui.place.now')
  if (s < 3600) return say(lang, 'ui.place.ago.min', { minutes: Math.floor(s / 60) })
  if (s < 2 * 86400) return say(lang, 'ui.place.ago.h', { hours: Math.floor(s / 3600) })
  return say(lang, 'ui.place.ago.d', { days: Math.floor(s / 86400) })
}

/** What found it: the watch rather than "the device", where the kind of device is known. */
export function sourceText(lang: Lang, source: string, device?: string): string {
  if (source === 'device' && device) return say(lang, 'ui.place.fix', { device: code(lang, 'device', device) })
  return code(lang, 'position', source)
}

/** Source, age and accuracy of a place: "手表定位 2 分钟前 ±12 m". */
export function placeText(lang: Lang, p: KnownPlace, now: number, device?: string): string {
  const parts = [sourceText(lang, p.source, device)]
  if (p.source !== 'home') {
    parts.push(p.time && millis(p.time) !== null ? agoText(lang, now - (millis(p.time) ?? now)) : say(lang, 'ui.place.no_time'))
    parts.push(`±${p.accuracy_m} m`)
  }
  return parts.join(' ')
}

/** What is to be said loudly: the place is not the home, or something fresh says so; else null. */
export function warning(lang: Lang, c: Choice | null | undefined, device?: string): string | null {
  const chosen = c?.places.find((p) => p.chosen)
  if (!c || !chosen) return null
  if (c.away && c.home_m != null) return say(lang, 'ui.place.away', { distance: farText(lang, c.home_m) })
  if (c.away) return say(lang, 'ui.place.elsewhere')
  const against = c.places.find((p) => !p.chosen && p.flags.includes('contradicts_home') && !p.flags.includes('old') && !p.flags.includes('no_time'))
  if (!against || against.from_home_m == null) return null
  return say(lang, 'ui.place.against', { source: sourceText(lang, against.source, device), distance: farText(lang, against.from_home_m) })
}

/** What one must know of a place that was not chosen. */
export function remark(lang: Lang, p: KnownPlace): string {
  const far = p.from_home_m != null && p.source !== 'home' ? farText(lang, p.from_home_m) : ''
  if (p.flags.includes('at_home')) return say(lang, 'ui.place.at_home')
  if (p.flags.includes('old') && far) return say(lang, 'ui.place.last_seen', { distance: far })
  return far ? say(lang, 'ui.place.from_home', { distance: far }) : ''
}

/** The others, for the list and the map. */
export const otherPlaces = (a: Alert | null): KnownPlace[] => (a?.place?.places ?? []).filter((p) => !p.chosen)

/** The facts of an event of the timeline that tells where the elder is. */
export function placeOfEvent(e: AlertEvent, lang: Lang): { source: string; why: string; distance: string; away: boolean } {
  const p = e.data?.['place'] as { why?: string; away?: boolean; home_m?: number; position?: { source?: string } } | undefined
  return {
    source: code(lang, 'position', p?.position?.source ?? 'none'), why: code(lang, 'why', p?.why),
    distance: p?.home_m != null ? farText(lang, p.home_m) : '', away: Boolean(p?.away) && p?.home_m != null,
  }
}
