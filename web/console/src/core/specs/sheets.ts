import type { FieldSpec } from '../fields'
import { fieldTable } from './elder'
import { helperTable, providerTable } from './helper'

/** The fields that a spreadsheet of a kind may hold, by name. */
export function sheetTable(kind: string): Record<string, FieldSpec> {
  return { ...fieldTable(kind), ...(kind === 'helpers' ? helperTable : kind === 'providers' ? providerTable : {}) }
}
