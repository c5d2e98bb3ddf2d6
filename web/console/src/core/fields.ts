import type { Key } from './words'

// Forms are data: what a section of a record holds, in the order in which it is asked. One part draws
// each kind, for reading and for writing; the history and the conflict dialog name fields by the same table.

export type FieldKind =
  | 'text' | 'long' | 'phones' | 'phone' | 'date' | 'choice' | 'flag' | 'number' | 'tags' | 'codes' | 'hours' | 'area' | 'areas'
  | 'place' | 'rows' | 'services' | 'elder' | 'elders' | 'helper' | 'provider' | 'centre' | 'times' | 'id_number'

export interface FieldSpec {
  name: string
  kind: FieldKind
  word: Key
  hint?: Key
  required?: boolean
  /** the beginning of the words for its codes, e.g. tier for tier.vip */
  room?: string
  /** the codes to choose from; another value that a record has is kept */
  options?: readonly string[]
  /** takes the whole line */
  wide?: boolean
  /** the columns of a small table */
  columns?: readonly FieldSpec[]
  /** shown, never written by hand */
  readonly?: boolean
  /** a label that is not one of our words: a custom field's */
  label?: { zh: string; en: string }
  /** labels of options that are not our words */
  labels?: Record<string, { zh: string; en: string }>
  /** the value is one of an object inside the record, e.g. custom */
  inside?: string
}

export interface SectionSpec { id: string; word: Key; icon: string; key?: string; fields: readonly FieldSpec[] }

type Fields = Record<string, unknown>

/** Whether the record knows the field: an older server may not, and what is masked cannot be written back. */
export function knows(record: Fields, f: FieldSpec): boolean {
  return (f.inside ?? f.name) in record || isMasked(record, f)
}

export function isMasked(record: Fields, f: FieldSpec): boolean {
  const masked = record['masked']
  return Array.isArray(masked) && masked.includes(f.inside ?? f.name)
}

export function valueOf(record: Fields, f: FieldSpec): unknown {
  if (!f.inside) return record[f.name]
  const inner = record[f.inside]
  return inner && typeof inner === 'object' ? (inner as Fields)[f.name] : undefined
}

/** What a form begins with: a copy of the fields that may be written. */
export function draftOf(record: Fields, fields: readonly FieldSpec[]): Fields {
  const names = new Set(fields.filter((f) => knows(record, f) && !isMasked(record, f) && !f.readonly).map((f) => f.inside ?? f.name))
  return structuredClone(Object.fromEntries([...names].map((n) => [n, record[n] ?? null])))
}

export function isEmpty(v: unknown): boolean {
  return v === undefined || v === null || v === '' || (Array.isArray(v) && v.length === 0) || (typeof v === 'object' && !Array.isArray(v) && Object.values(v as object).every(isEmpty))
}

/** The complaint that belongs to a field: the server may name a part of it (position.lat, certificates.0.expires). */
export function complaintFor(errors: readonly { field: string; problem: string }[] | undefined, f: FieldSpec): string {
  const name = f.inside ? `${f.inside}.${f.name}` : f.name
  return (errors ?? []).filter((e) => e.field === name || e.field.startsWith(name + '.') || e.field.startsWith(name + '[')).map((e) => e.problem).join('; ')
}

/** Complaints that no field of the form shows, so that none is swallowed. */
export function complaintsElsewhere(errors: readonly { field: string; problem: string }[] | undefined, fields: readonly FieldSpec[]): string[] {
  return (errors ?? []).filter((e) => !fields.some((f) => complaintFor([e], f) !== '')).map((e) => `${e.field}: ${e.problem}`)
}

/** What a field for a number holds while somebody types: null for nothing, a whole number where it is one, else the text, which the server explains. */
export function numberOf(text: string): number | string | null {
  const t = text.trim()
  return t === '' ? null : /^\d{1,9}$/.test(t) ? Number(t) : text
}
