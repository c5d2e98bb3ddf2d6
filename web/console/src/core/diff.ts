// The difference between two texts, line by line.

/** a and b are the numbers of the line in the older and the newer text, from 1. */
export interface DiffLine { kind: 'same' | 'gone' | 'new'; text: string; a?: number; b?: number }
/** Lines to be shown, or a stretch that is the same in both and is folded away. */
export interface DiffBlock { folded: boolean; lines: DiffLine[] }

function linesOf(text: string): string[] {
  const all = text.replace(/\r\n?/g, '\n').split('\n')
  if (all.at(-1) === '') all.pop()
  return all
}

/** The shortest list of lines taken away and added that leads from one text to the other. */
export function diffLines(older: string, newer: string): DiffLine[] {
  const a = linesOf(older)
  const b = linesOf(newer)
  const lengths = common(a, b)
  const out: DiffLine[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) out.push({ kind: 'same', text: a[i]!, a: ++i, b: ++j })
    // What goes stands before what comes in its place.
    else if (i < a.length && (j >= b.length || lengths[i + 1]![j]! >= lengths[i]![j + 1]!)) out.push({ kind: 'gone', text: a[i]!, a: ++i })
    else out.push({ kind: 'new', text: b[j]!, b: ++j })
  }
  return out
}

/** How many lines the rests from i and from j have in common, in order. */
function common(a: readonly string[], b: readonly string[]): Uint32Array[] {
  const rows = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) rows[i]![j] = a[i] === b[j] ? rows[i + 1]![j + 1]! + 1 : Math.max(rows[i + 1]![j]!, rows[i]![j + 1]!)
  }
  return rows
}

export function counted(all: readonly DiffLine[]): { gone: number; fresh: number } {
  return { gone: all.filter((l) => l.kind === 'gone').length, fresh: all.filter((l) => l.kind === 'new').length }
}

/** Folds away what is the same, but for a few lines around each change. A stretch of one or two lines is not worth folding. */
export function folded(all: readonly DiffLine[], around = 3): DiffBlock[] {
  const near = new Uint8Array(all.length)
  all.forEach((l, i) => l.kind !== 'same' && near.fill(1, Math.max(0, i - around), i + around + 1))
  const out: DiffBlock[] = []
  for (let i = 0; i < all.length; ) {
    let end = i
    while (end < all.length && near[end] === near[i]) end++
    const lines = all.slice(i, end)
    const fold = near[i] === 0 && lines.length > 2
    const last = out.at(-1)
    if (!fold && last && !last.folded) last.lines.push(...lines)
    else out.push({ folded: fold, lines })
    i = end
  }
  return out
}
