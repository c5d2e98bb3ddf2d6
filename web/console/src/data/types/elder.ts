import type { Safety } from './alert'
import type { Head, Position, Shift } from './common'

export interface SafetyPlan { on?: boolean; reason?: string; since?: string | null; until?: string | null; times?: string[] }

export interface Elder {
  id: string; name: string; sex?: string; birth_date?: string; phones?: string[]; language?: string
  address?: string; position?: Position | null; tier?: string; living?: string
  illnesses?: string[]; medicines?: string[]; allergies?: string[]
  mobility?: string; access?: string; notes?: string
  number?: string; area?: string; household?: string; care_level?: string; dialect?: string
  id_kind?: string; id_number?: string; safety_plan?: SafetyPlan | null
  custom?: Record<string, unknown>; photo?: string; legal_hold?: boolean; legal_hold_reason?: string; safety?: Safety | null
}

export interface Contact {
  id: string; name: string; role?: string; relation?: string; phones?: string[]; channels?: string[]
  order?: number; has_key?: boolean; elder?: string; language?: string
  hours?: Shift[]; languages?: string[]; note?: string
}

/** In how many alarms of the last 180 days a contact was asked, and answered. */
export interface Reached { contact: string; asked: number; answered: number }

export interface Device {
  id: string; identity?: string; protocol?: string; kind?: string; elder?: string
  last_seen_at?: string | null; battery?: number | null
  /** how it stands towards us: never, online, late or lost; and every how many seconds it should report, 0: never by itself */
  link?: string; expected_beat_s?: number | null; carrier?: string; battery_hours?: number | null
  tested_at?: string | null; installed_at?: string | null; installed_by?: string; place?: string; sim?: string; note?: string
}

export interface Signal {
  id: string; kind: string; time?: string | null; received_at: string; late?: boolean; battery?: number | null; alert?: string | null
}

export interface Consent {
  id: string; purpose: string; basis?: string; scope?: string; given_at?: string | null; given_by?: string
  how?: string; document?: string; note?: string; withdrawn_at?: string | null
}

export interface Attachment { id: string; kind: string; title?: string; type?: string; size?: number; at?: string; created_at?: string }

export interface CallerClass { id: string; phone?: string; elder?: string; class: string; reason?: string; until?: string | null; by?: string }

/** Two records that may be one person. */
export interface Duplicate { a: ElderRecord | string; b: ElderRecord | string; score: number; reasons?: string[] }

export type ElderRecord = Elder & Head
export type ContactRecord = Contact & Head
export type DeviceRecord = Device & Head

export interface ZoneShape {
  circle?: { lat: number; lon: number; radius_m: number }
  polygon?: { type: 'Polygon'; coordinates: [number, number][][] }
}

export interface SafeZone {
  id: string; elder: string; name: string; shape: ZoneShape; margin_m: number; hours: Shift[]; paused_until?: string | null
  tell?: string[]; note?: string; version: number; locked?: boolean
}

/** How an elder stands towards their zones, by one device. */
export interface ZoneStanding { device: string; where: '' | 'inside' | 'leaving' | 'outside' | 'returning'; since?: string; alert?: string }

export interface ZoneList { items: SafeZone[]; standing: ZoneStanding[] }
