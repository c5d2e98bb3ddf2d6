import type { CellProblem, Import, ImportRow, RefusedRow } from '../data/types'

export interface Cell { text: string; problem: string }

/** A row of the preview with each problem at the cell that it is about; those of no column come by themselves. */
export function cellsOf(i: Import, row: ImportRow): { cells: Cell[]; rest: string[] } {
  const problems = (row.problems ?? []).map((p) => ({ field: nameOf(p), text: p.Problem ?? p.problem ?? '' }))
  const cells = i.columns.map((c, n) => ({ text: row.cells[n] ?? '', problem: problems.filter((p) => c.field !== null && owns(c.field, p.field)).map((p) => p.text).join('; ') }))
  const rest = problems.filter((p) => !i.columns.some((c) => c.field !== null && owns(c.field, p.field))).map((p) => (p.field ? `${p.field}: ${p.text}` : p.text))
  return { cells, rest }
}

const nameOf = (p: CellProblem): string => p.Name ?? p.name ?? p.field ?? ''

// A position may stand in two columns, lat and lon; a list is complained of as a whole.
function owns(column: string, field: string): boolean {
  return column === field || field.startsWith(column + '.') || field.endsWith('.' + column)
}

/** Columns of the file that two headings claim for the same field. */
export function claimedTwice(mapping: Record<string, string>): string[] {
  const seen = new Map<string, number>()
  for (const f of Object.values(mapping)) if (f) seen.set(f, (seen.get(f) ?? 0) + 1)
  return [...seen].filter(([, n]) => n > 1).map(([f]) => f)
}

/** How far a run has come, in whole percent; never 100 before it is done. */
export function percent(i: Pick<Import, 'state' | 'done' | 'total'>): number {
  if (i.state === 'done' || i.state === 'checked') return 100
  return i.total > 0 ? Math.min(99, Math.floor((i.done / i.total) * 100)) : 0
}

/** The reason without the key of the field that it is about, which is said in words beside it. */
export function plainReason(r: Pick<RefusedRow, 'field' | 'reason'>): string {
  return r.field && r.reason.startsWith(r.field) ? r.reason.slice(r.field.length).replace(/^[:：\s]+/, '') : r.reason
}
