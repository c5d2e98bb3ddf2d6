import { same } from './conflict'
import { isEmpty } from './fields'

type Fields = Record<string, unknown>
export type Side = 'a' | 'b'

/** The fields in which two records differ, each with the side that is proposed: the one that says something, else the one kept. */
export function differing(names: readonly string[], a: Fields, b: Fields): { name: string; side: Side }[] {
  return names.filter((n) => !same(a[n], b[n])).map((name) => ({ name, side: isEmpty(a[name]) ? 'b' : 'a' }))
}

/** What the record that is kept takes over from the other. Lists can be put together. */
export function takenOver(choice: Record<string, Side | 'both'>, a: Fields, b: Fields): Fields {
  const out: Fields = {}
  for (const [name, side] of Object.entries(choice)) {
    if (side === 'b') out[name] = b[name] ?? null
    else if (side === 'both') out[name] = [...new Set([...list(a[name]), ...list(b[name])])]
  }
  return out
}

const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : [])
