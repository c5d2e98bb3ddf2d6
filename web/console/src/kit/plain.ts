import { isEmpty, type FieldSpec } from '../core/fields'
import { shiftText } from '../core/hours'
import { phoneText } from '../core/time'
import { desk } from '../data/desk.svelte'
import { names } from '../data/names.svelte'
import type { Position, Shift } from '../data/types'
import { labelOf, nameOf } from './options'

/** A value on one line, for the history and for choosing between two. */
export function plain(f: FieldSpec | undefined, v: unknown): string {
  if (isEmpty(v)) return ''
  const comma = desk.t('ui.list.comma')
  if (typeof v === 'boolean') return desk.t(v ? 'ui.yes' : 'ui.no')
  if (f?.kind === 'phones' && Array.isArray(v)) return v.map((p) => phoneText(String(p))).join(comma)
  if (f?.kind === 'hours' && Array.isArray(v)) return (v as Shift[]).map((s) => shiftText(s, desk.lang)).join(comma)
  if (f?.kind === 'choice') return labelOf(f, String(v))
  if (f?.kind === 'centre') return names.centre(String(v))
  if (f?.kind === 'area') return names.area(String(v))
  if (f?.kind === 'helper' || f?.kind === 'provider') return names.person(f.kind === 'helper' ? 'helpers' : 'providers', String(v))
  if (f?.kind === 'place' && typeof v === 'object') return `${(v as Position).lat}, ${(v as Position).lon}`
  if (Array.isArray(v)) return v.map((x) => (x && typeof x === 'object' ? row(f, x as Record<string, unknown>) : item(f, String(x)))).join(comma)
  if (typeof v === 'object') return row(f, v as Record<string, unknown>)
  return String(v)
}

function item(f: FieldSpec | undefined, code: string): string {
  if (f?.kind === 'services') return names.service(code)?.name[desk.lang] ?? code
  if (f?.kind === 'areas') return names.area(code)
  if (f?.kind === 'elders') return names.person('elders', code)
  return f ? labelOf(f, code) : code
}

function row(f: FieldSpec | undefined, o: Record<string, unknown>): string {
  return Object.entries(o).filter(([, v]) => !isEmpty(v)).map(([k, v]) => {
    const c = f?.columns?.find((x) => x.name === k)
    return c ? `${nameOf(c)} ${plain(c, v)}` : Array.isArray(v) ? v.join(desk.t('ui.list.comma')) : typeof v === 'object' ? JSON.stringify(v) : typeof v === 'boolean' ? desk.t(v ? 'ui.yes' : 'ui.no') : String(v)
  }).join(' ')
}
