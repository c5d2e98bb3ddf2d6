import type { Position, Text } from './common'
import type { Contact, Device, Elder } from './elder'

export type State = 'raised' | 'accepted' | 'helping' | 'on_scene' | 'resolved' | 'closed' | 'cancelled' | 'joined'
export type PersonState =
  | 'waiting' | 'told' | 'ringing' | 'answered' | 'heard' | 'coming' | 'cannot'
  | 'departed' | 'arrived' | 'reserve' | 'stood_down' | 'unreached'
export type Part = 'contact' | 'helper' | 'supervisor' | 'elder'
export type Outcome = 'helped' | 'hospital' | 'family' | 'false_alarm' | 'test' | 'other'
export type Satisfaction = 'satisfied' | 'dissatisfied' | 'unconfirmed'

export interface Reason { code: string; value?: number; zh?: string; en?: string }

export interface Message {
  id: string; channel: string; status: string; at: string
  told_at?: string; step?: string; repeat?: number; template?: string
}

export interface Person {
  id: string; part: Part; name: string; role?: string; relation?: string; phone?: string
  has_key?: boolean; trained?: boolean; order?: number; state: PersonState; since: string
  /** their last own word */
  said_at?: string | null
  eta_at?: string | null; travel_s?: number; distance_m?: number; mode?: string
  position?: Position | null; reasons?: (Reason | string)[]; messages?: Message[]
  /** on the way, asked how it stands: still, away or late */
  trouble?: string
}

export interface NextStep { step: string; at: string; action: string; text?: Text }
export interface Prompt { kind: string; at: string; words?: Text }

/** By which way a press came, and which press it was. */
export interface PathMark { path: string; press?: number; at: string }

/** One of the known positions of an elder, with what one must know to trust it. */
export interface KnownPlace {
  lat: number; lon: number; accuracy_m: number; time: string | null; age_s: number | null; source: string; chosen: boolean
  from_home_m: number | null; from_chosen_m: number | null; flags: string[]
}
/** Why the position of an alert is the one that it is; the chosen place is the first. */
export interface Choice { why: string; by?: string; home_m: number | null; away: boolean; places: KnownPlace[] }

export interface Alert {
  id: string; number: number; code?: string; state: State; kind: string; priority: number; level?: number
  elder: string | null; device?: string | null; centre?: string
  operator: { id: string; name?: string } | null
  title: string; age?: number | null; sex?: string | null; caller?: string
  unidentified?: boolean; silent?: boolean; test?: boolean; locked?: boolean
  waiting_since?: string | null; turn?: { operator: string; at: string } | null; urgency?: number; returns?: number; returned_why?: string
  no_speech_at?: string | null; paths?: PathMark[]
  presses?: number; late_s?: number; battery?: number | null
  address?: string; position?: Position | null; positions?: Position[]; place?: Choice | null; text?: string
  raised_at: string; pressed_at?: string | null; accepted_at?: string | null; helping_at?: string | null
  on_scene_at?: string | null; resolved_at?: string | null; followed_up_at?: string | null
  closed_at?: string | null; reached?: string | null; due_at?: string | null
  /** until when a task must be done */
  do_by?: string | null
  outage?: Outage | null
  plan?: string; outcome?: Outcome | '' | null; satisfaction?: Satisfaction | '' | null
  version: number; seq: number; joined_to?: string | null
  people?: Person[]; next?: NextStep[]; prompts?: Prompt[]
}

export interface AlertEvent {
  seq: number; global: number; alert: string; type: string; at: string
  actor: { kind: string; id: string; name?: string }
  data?: Record<string, unknown>
  /** of an outage: whom it is about, to who may know */
  names?: string[]
  hash?: string
}

export interface PastAlert {
  id: string; number: number; kind: string; raised_at: string; outcome?: Outcome | '' | null; state?: State
}

/** What is wrong with a device; mended: it says itself that it is well again, which proves nothing. */
export interface Trouble { device: string; kind: string; since: string; mended?: string | null; task?: string }
/** Why somebody is looked after in another way: no device of theirs is proved to work. */
export interface Safety { alert: string; since: string; why?: Trouble[] | null }

export type CheckState = 'unchecked' | 'well' | 'help' | 'back'
/** How the check on the people of an outage stands, and what their devices have in common. */
export interface Outage { by: string; value: string; people: number; unchecked: number; well: number; help: number; back: number }
/** Somebody to be checked on. */
export interface OutagePerson {
  elder: string; state: CheckState; at: string; tries: number; asked?: number; emergency?: string | null
  name?: string; age?: number; address?: string; language?: string; phones?: string[]; fragility?: number; why?: string[]; masked?: string[]
}

export interface Detail { safety?: Safety | null; profile?: Elder | null; contacts?: Contact[]; history?: PastAlert[]; devices?: Device[] }

export interface Candidate {
  helper: string; name: string; kind?: string; skills?: string[]; mode?: string
  duration_s: number; distance_m?: number; position?: Position | null; position_age_s?: number
  by_road?: boolean; load?: number; has_key?: boolean; state?: string | null; rank?: number; reasons?: Reason[]
}

export interface HelperAt { id: string; lat: number; lon: number; at?: string; on_duty?: boolean; busy?: boolean }

export interface Snapshot { seq: number; alerts: Alert[]; now: string }
export interface Change { event?: AlertEvent | null; alert: Alert }
