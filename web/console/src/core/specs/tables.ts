import type { FieldSpec } from '../fields'
import { accountFields, agreementFields, centreSections } from './admin'
import { fieldTable } from './elder'
import { helperTable, providerTable } from './helper'

const none = { options: [], labels: {} }
const byName = (all: readonly FieldSpec[]): Record<string, FieldSpec> => Object.fromEntries(all.map((f) => [f.name, f]))

const tables: Record<string, Record<string, FieldSpec>> = {
  elder: fieldTable('elders'), contact: fieldTable('contacts'), device: fieldTable('devices'), helper: helperTable, provider: providerTable,
  operator: byName(accountFields(none, none)), centre: byName(centreSections(none).flatMap((s) => s.fields)), agreement: byName(agreementFields(none)),
}

/** What a field of a record is called; a name that is none of ours stays as it is. several: of any of these records. */
export function specOf(records: readonly string[], field: string): FieldSpec | undefined {
  for (const r of records.includes('*') ? Object.keys(tables) : records) {
    const f = tables[r]?.[field]
    if (f) return f
  }
  return undefined
}
