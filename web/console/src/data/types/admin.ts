import type { Grant, RecordFields } from '../../core/roleview'
import type { Head, Shift, Text } from './common'

// What is administered: accounts, roles, tokens, centres and what the privacy of people asks for.

export interface Account { id: string; name: string; display_name: string; role: string; centre?: string; provider?: string; phone?: string; language?: string }
export type AccountRecord = Account & Head

/** A role with what it may do. kind: person, machine (a token) or page (a link without log-in). */
export interface Role {
  id: string; centre?: string; name: Text; about?: Text; kind: string; built_in?: boolean
  actions?: string[] | null; fields?: Grant[] | null; version: number; archived_at?: string | null
}
export interface Roles { items: Role[]; actions: string[]; records: RecordFields[]; rights: string[]; situations: string[] }

export interface Token {
  id: string; name: string; scope: string; prefix: string; centre?: string; device?: string
  created_at: string; expires?: string; used_at?: string | null; revoked_at?: string | null
}

export interface CentreRecord extends Head {
  name: string; parent?: string; phone?: string; level?: string; area?: string; time_zone?: string; hours?: Shift[]
  default_area_code?: string; requires_background_check?: boolean; requires_inspection?: boolean
}

export interface Agreement extends Head {
  to: string; kinds?: string[]; hours?: Shift[]; after_s: number; from?: string; until?: string; note?: string
}

export interface Move {
  id: string; resource: string; record: string; centre: string; to: string; reason?: string; state: string; by: string
  decided_by?: string; decided_at?: string | null; note?: string; created_at: string; version: number
}
