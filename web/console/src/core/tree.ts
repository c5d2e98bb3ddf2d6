// A list of things with parents, shown as a tree: centres, kinds of service.

export interface InTree { id: string; parent?: string }
export interface Branch<T> { item: T; depth: number; last: boolean }

/** Everything in the order of reading, each below its parent. What has no parent among them is a root; a ring loses nobody. */
export function treeOf<T extends InTree>(all: readonly T[], compare: (a: T, b: T) => number): Branch<T>[] {
  const ids = new Set(all.map((x) => x.id))
  const below = new Map<string, T[]>()
  for (const x of all) {
    const at = x.parent && x.parent !== x.id && ids.has(x.parent) ? x.parent : ''
    below.set(at, [...(below.get(at) ?? []), x])
  }
  const out: Branch<T>[] = []
  const seen = new Set<string>()
  const walk = (list: readonly T[], depth: number): void => {
    const sorted = [...list].sort(compare)
    sorted.forEach((item, i) => {
      if (seen.has(item.id)) return
      seen.add(item.id)
      out.push({ item, depth, last: i === sorted.length - 1 })
      walk(below.get(item.id) ?? [], depth + 1)
    })
  }
  walk(below.get('') ?? [], 0)
  walk(all.filter((x) => !seen.has(x.id)), 0)
  return out
}

/** The ids of something and of all below it: it cannot be put under any of these. */
export function subtree(all: readonly InTree[], id: string): Set<string> {
  const out = new Set([id])
  for (let grown = true; grown; ) {
    grown = false
    for (const x of all) {
      if (x.parent && out.has(x.parent) && !out.has(x.id)) grown = Boolean(out.add(x.id))
    }
  }
  return out
}
