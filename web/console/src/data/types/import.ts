/** What is wrong with a cell; the names are the server's own for a problem of a field. */
export interface CellProblem { Name?: string; Problem?: string; name?: string; problem?: string; field?: string }
export interface ImportColumn { heading: string; field: string | null; samples: string[] }
export interface ImportRow { line: number; cells: string[]; problems: CellProblem[] | null }
export interface RefusedRow { line: number; field: string; reason: string }

/** A spreadsheet that was handed in, and how far it has come. */
export interface Import {
  id: string; kind: string; state: 'staged' | 'checking' | 'checked' | 'running' | 'done' | 'failed'
  encoding: string; sheets?: string[]; sheet?: string; rows: number
  columns: ImportColumn[]; fields: string[]; preview: ImportRow[]
  mapping: Record<string, string>; mode: 'rows' | 'file'; on_duplicate: string
  done: number; total: number; created: number; changed: number; unchanged: number; skipped: number
  refused_rows?: number; refused: RefusedRow[] | null; problem?: string; created_at?: string
}
