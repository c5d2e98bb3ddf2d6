import type { Head, Position, Shift, Text } from './common'

export interface Certificate { kind?: string; number?: string; issued?: string; expires?: string }
export interface Absence { from?: string; until?: string; substitute?: string; reason?: string }
export interface Notice { text?: string; from?: string; until?: string }
export interface Inspection { year?: number; result?: string; date?: string; note?: string }
export interface BackgroundCheck { state?: string; date?: string; by?: string }

export interface Helper {
  name: string; phones?: string[]; language?: string; kind?: string; position?: Position | null
  skills?: string[]; services?: string[]; on_duty?: boolean; modes?: string[]; schedule?: Shift[]; keys_for?: string[]
  weekly_offers?: number | null; quiet_hours?: Shift[]; household?: string
  provider?: string; areas?: string[]; certificates?: Certificate[]; background_check?: BackgroundCheck | null
  status?: string; status_reason?: string; status_from?: string; status_until?: string
  notices?: Notice[]; absences?: Absence[]; grade?: string; custom?: Record<string, unknown>
}

export interface Provider {
  name: string; phones?: string[]; services?: string[]; kind?: string; address?: string; position?: Position | null; contact_name?: string
  areas?: string[]; schedule?: Shift[]; certificates?: Certificate[]; inspections?: Inspection[]
  status?: string; status_reason?: string; status_from?: string; status_until?: string
  notices?: Notice[]; grade?: string; custom?: Record<string, unknown>
}

/** A paper or an inspection that somebody has to see to. stage: within so many days; 0: it is over. */
export interface Due { resource: string; id: string; name: string; code: string; value: string; until: string; stage: number }
/** Whether a helper may be asked to go now, and what speaks against it. */
export interface Availability { available: boolean; why: string[]; in_place_of: string }
export interface Grade {
  grade: string; points: number; since: string; at: string
  figures: { offers: number; answered: number; accepted: number; arrived: number; withdrawn: number; late: number; satisfied: number; dissatisfied: number }
}

/** How often somebody was asked this week, and what they did the last times. weekly_offers null: any number. */
export interface AskedRecord {
  offers: number; yes: number; no: number; silent: number; departed: number; arrived: number; withdrawn: number; stood_down: number; unreached: number
  median_answer_s: number | null; p90_answer_s: number | null; this_week: number; seven_days: number; last_at: string | null
  weekly_offers: number | null; quiet: boolean
}

export type HelperRecord = Helper & Head
export type ProviderRecord = Provider & Head

export interface Service {
  code: string; parent?: string; name: Text; level?: number; centre?: string; note?: string; built_in?: boolean; version?: number; archived_at?: string | null
}
export interface Area { code: string; name: string; full_name?: string; parent?: string; level?: number; valid_to?: string | null; successor?: string; elders?: number }
export interface CustomField {
  id: string; centre?: string; resource: string; key: string; label: Text
  type: 'text' | 'number' | 'date' | 'bool' | 'choice'; choices?: (string | { value: string; label: Text })[]; required?: boolean; class?: string; order?: number; version?: number
}
export interface Centre { id: string; name: string; parent?: string; phone?: string; position?: Position | null; version?: number }
/** One entry of the story of a record: who changed what. */
export interface HistoryEntry {
  at: string; actor: { kind: string; id: string; name?: string }; action: string
  fields?: { name: string; from?: unknown; to?: unknown }[]
}
