import type { FieldSpec } from '../core/fields'
import { desk } from '../data/desk.svelte'

/** The answers that a field of choices offers, in the language of the screen. */
export function optionsOf(f: FieldSpec): { value: string; label: string }[] {
  return (f.options ?? []).map((value) => ({ value, label: labelOf(f, value) }))
}

export function labelOf(f: FieldSpec, value: string): string {
  return f.labels?.[value]?.[desk.lang] ?? (f.room ? desk.code(f.room, value) : value)
}

export function nameOf(f: FieldSpec): string {
  return f.label?.[desk.lang] ?? desk.t(f.word)
}
