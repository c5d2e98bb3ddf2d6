// Two people have changed one record. What only one of them changed needs no question.

export interface Clash { name: string; mine: unknown; theirs: unknown }
export interface Merged { /** to be sent, when clashes are answered with mine */ patch: Record<string, unknown>; clashes: Clash[]; /** changed by the other alone */ taken: string[] }

export function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b)
}

// Nothing, an empty text and an empty list are one and the same to who fills a form.
function canonical(v: unknown): string {
  if (v === undefined || v === null || v === '' || (Array.isArray(v) && v.length === 0)) return ''
  if (Array.isArray(v)) return `[${v.map(canonical).join(',')}]`
  if (typeof v !== 'object') return JSON.stringify(v)
  const o = v as Record<string, unknown>
  const keys = Object.keys(o).filter((k) => canonical(o[k]) !== '').sort()
  return keys.length === 0 ? '' : `{${keys.map((k) => `${k}:${canonical(o[k])}`).join(',')}}`
}

type Fields = Record<string, unknown>

/** What has been changed, field by field. */
export function changes(names: readonly string[], base: Fields, mine: Fields): Fields {
  return Object.fromEntries(names.filter((n) => !same(base[n], mine[n])).map((n) => [n, mine[n] ?? null]))
}

/** base: as it was read; mine: as it is wanted; theirs: as it is now. */
export function merge(names: readonly string[], base: Fields, mine: Fields, theirs: Fields): Merged {
  const out: Merged = { patch: {}, clashes: [], taken: [] }
  for (const n of names) {
    const changed = !same(base[n], mine[n])
    const moved = !same(base[n], theirs[n])
    if (!changed) {
      if (moved) out.taken.push(n)
      continue
    }
    if (same(mine[n], theirs[n])) continue
    out.patch[n] = mine[n] ?? null
    if (moved) out.clashes.push({ name: n, mine: mine[n], theirs: theirs[n] })
  }
  return out
}
