import type { Alert, Lang } from '../data/types'
import { code, say } from './words'

/** Whom or what an alert is about: an outage by what its devices have in common, an area by the name that the server gives it. */
export function titleOf(a: Alert, lang: Lang): string {
  const o = a.outage
  if (!o) return a.title || say(lang, 'ui.unidentified')
  if (o.by === 'carrier') return say(lang, 'ui.out.carrier', { name: o.value })
  if (o.by === 'gateway') return say(lang, 'ui.out.gateway', { name: code(lang, 'protocol', o.value) })
  return a.title || o.value
}
