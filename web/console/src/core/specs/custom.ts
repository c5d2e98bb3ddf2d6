import type { CustomField } from '../../data/types'
import type { FieldKind, FieldSpec } from '../fields'

const kinds: Record<CustomField['type'], FieldKind> = { text: 'text', number: 'number', date: 'date', bool: 'flag', choice: 'choice' }

/** The fields that a centre has added to a kind of record, as fields of a form. */
export function customSpecs(all: readonly CustomField[], resource: string): FieldSpec[] {
  return all.filter((c) => c.resource === resource).map((c) => {
    const choices = (c.choices ?? []).map((x) => (typeof x === 'string' ? { value: x, label: { zh: x, en: x } } : x))
    return {
      name: c.key, inside: 'custom', kind: kinds[c.type] ?? 'text', word: 'ui.sec.custom', label: c.label, required: c.required,
      options: choices.map((x) => x.value), labels: Object.fromEntries(choices.map((x) => [x.value, x.label])),
    }
  })
}
