import type { Outcome } from './alert'

export interface Operator { id: string; name: string; display_name?: string; role?: string; centre?: string; language?: string }

/** Who sits here and what they may do. */
export interface Session {
  operator: Operator
  role?: { id: string; name: { zh: string; en: string } }
  actions?: string[]
  /** rights by resource and field */
  fields?: Record<string, Record<string, string[]>>
  centres?: string[]
  assurance?: string
  ends_at?: string
}

export interface Config {
  demo?: boolean
  map?: { center: [number, number]; zoom?: number; attribution?: string }
  basemap?: string
  outcomes?: Outcome[]
  phones?: string
}
