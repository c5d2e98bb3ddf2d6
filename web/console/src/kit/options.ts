import type { FieldSpec } from '../core/fields'
import { desk } from '../data/desk.svelte'

/** The answers that a field of choices offers, in the language of the screen. */
export function optionsOf(f: FieldSpec): { value: string; label: string }[] {
  return (f.options ?? []).map((value) => ({ value, label: labelOf(f, value) }))
}

export function labelOf(f: FieldSpec, value: string): string {
  return f.labels?.[value]?.[desk.lang] ?? (f.room ? desk.code(f.room, value) : value)
}

/** The code of what was typed, when it is the label of one; else what was typed. */
export function codeOf(f: FieldSpec, typed: string): string {
  return optionsOf(f).find((o) => o.label === typed.trim())?.value ?? typed
}

export function nameOf(f: FieldSpec): string {
  return f.label?.[desk.lang] ?? desk.t(f.word)
}
