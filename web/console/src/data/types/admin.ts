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
  default_area_code?: string; requires_background_check?: boolean; requires_inspection?: boolean; weekly_offers?: number | null; reserved_seats?: number
}

export interface Agreement extends Head {
  to: string; kinds?: string[]; hours?: Shift[]; after_s: number; from?: string; until?: string; note?: string
}

export interface Move {
  id: string; resource: string; record: string; centre: string; to: string; reason?: string; state: string; by: string
  decided_by?: string; decided_at?: string | null; note?: string; created_at: string; version: number
}

/** One row of the audit log. Old and new values are told by the history of the record. */
export interface AuditRow {
  chain: string; seq: number; at: string; actor: { kind: string; id: string; name?: string }; action: string; resource: string; id: string
  subject: string; centre: string; alert: string; fields: string[]; count?: number | null; query?: Record<string, string> | null; note?: string; data?: unknown; unread?: boolean
}
export interface Checkpoint { size: number; root: string; at: string; note: string; key: string }

export interface PrivacyRequest {
  id: string; centre?: string; elder: string; kind: string; who?: string; identity?: string; note?: string; answer?: string
  created_at: string; due_at: string; done_at?: string | null; version: number; masked?: string[]
}

export interface RetentionRule { kind: string; days: number; min_days: number; last_run?: string | null; last_rows: number; name: Text; basis: Text }

export interface BreakGlass {
  id: string; elder: string; centre: string; operator: string; reason: string; at: string; until: string; ended_at?: string | null; looks: number
  state: string; verdict?: string; review_note?: string; reviewed_by?: string; reviewed_at?: string | null
}

export interface Webhook {
  id: string; name: string; centre?: string; host: string; kinds?: string[] | null; state: string; created_at: string; last_code?: string; failing_since?: string | null
}
export interface Delivery { id: string; kind: string; attempts: number; code: string; created_at: string; due_at?: string; pending: boolean }
export interface AreaReport { added: number; changed: number; unchanged: number; abolished: number; refused?: { row?: number; line?: number; field?: string; problem?: string; reason?: string }[] | null }
