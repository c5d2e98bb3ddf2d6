import { desk } from '../data/desk.svelte'
import { names } from '../data/names.svelte'
import type { Alert } from '../data/types'

/** Whom or what an alert is about: an outage by what its devices have in common. */
export function titleOf(a: Alert): string {
  const o = a.outage
  if (!o) return a.title || desk.t('ui.unidentified')
  if (o.by === 'area') return names.area(o.value)
  return desk.t(o.by === 'carrier' ? 'ui.out.carrier' : 'ui.out.gateway', { name: o.by === 'carrier' ? o.value : desk.code('protocol', o.value) })
}
