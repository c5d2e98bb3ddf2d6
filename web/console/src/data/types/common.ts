export type Lang = 'zh' | 'en'
export interface Text { zh: string; en: string }
export interface Position { lat: number; lon: number; accuracy_m?: number; time?: string | null; source?: string }
/** A street, a house, a point of interest or a place that was found. distance_m: from where one asked. */
export interface AddressHit {
  kind: 'street' | 'poi' | 'place'; category: string; name: string; matched: string
  match: 'exact' | 'prefix' | 'infix' | 'words' | 'sound' | 'similar'
  number: string; label: string; area: string; area_code: string
  position: Position; exact: 'house' | 'interpolated' | 'street' | 'poi' | 'place'; distance_m: number
}
/** One page of a list. total: how many there are in all, as far as the server counts; partial: a search is still being made ready. */
export interface Page<T> { items: T[]; next: string | null; total?: Total | null; partial?: boolean }
export interface Total { n: number; at_least: boolean }
export interface FieldProblem { field: string; problem: string }
/** What is odd in a record and was saved all the same: a sentence, or the code of one with what it is about. */
export interface Warned { field: string; problem?: string; code?: string; value?: string; until?: string }
export interface Problem { type?: string; title?: string; status: number; detail?: string; instance?: string; errors?: FieldProblem[]; factors?: string[] }
/** A time of the week; a shift that ends before it begins goes on into the next day. */
export interface Shift { days: number[]; from: string; to: string }
/** What every record has. masked names the fields that were left out: hidden is not the same as empty. */
export interface Head {
  id: string; centre?: string; version: number; created_at?: string; updated_at?: string; archived_at?: string | null
  masked?: string[]; warnings?: Warned[]; locked?: boolean
}
