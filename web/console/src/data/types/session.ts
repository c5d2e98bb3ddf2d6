import type { Outcome } from './alert'

export interface Operator { id: string; name: string; display_name?: string; role?: string; centre?: string; language?: string }

/** A console that is open somewhere, as the others see it. */
export interface OpenSeat {
  operator: string; centre?: string; state: 'free' | 'away' | 'silent'; beat_at: string; turn_at?: string | null
  /** how often the server wants to hear of it, and after how long it takes it for gone */
  beat_s?: number; stale_s?: number
}

/** Who sits here and what they may do. */
export interface Session {
  operator: Operator
  role?: { id: string; name: { zh: string; en: string } }
  actions?: string[]
  /** rights by resource and field */
  fields?: Record<string, Record<string, string[]>>
  centres?: string[]
  id?: string
  assurance?: string
  /** what has to be done before anything else: password, second_factor or enrolment */
  lacks?: string
  ends_at?: string
}

export interface Config {
  demo?: boolean
  map?: { center: [number, number]; zoom?: number; attribution?: string }
  basemap?: string
  outcomes?: Outcome[]
  phones?: string
  sso?: boolean
  passkeys?: boolean
}

/** A second factor: an authenticator app or a passkey. */
export interface Factor { id: string; kind: string; state: string; label: string; made_at: string; used_at: string | null }
export interface Factors { items: Factor[]; recovery_codes: number; password: boolean; passkeys: boolean; policy: string }
export interface NewTotp { id: string; secret: string; uri: string; qr: string }
export interface SessionRow {
  id: string; operator: string; browser: string; method: string; level: string
  made_at: string; seen_at: string; ended_at: string | null; ended_why: string
}
export interface Browser { id: string; kind: string; label: string; agent: string; seen_at: string | null }
