// A role as somebody reads it who did not write it: what it may do, noun by noun, and which kinds of data it sees,
// changes and takes along, in which situation.

export interface Grant { of?: string[]; class?: string[]; field?: string[]; may?: string[]; when?: string[] }
export interface RecordFields { record: string; fields: Record<string, string[]> }

export const rightNames = ['see', 'see_masked', 'change', 'export'] as const
export type RightName = (typeof rightNames)[number]

/** The classes in the order in which they matter to a person, from what everybody may know to what opens a door. */
export const classNames = ['open', 'rough', 'personal', 'number', 'vital', 'health', 'access', 'note', 'raw'] as const

/** The records that are about people or their homes; the others hold the running of the service. */
const people = ['elder', 'contact', 'device', 'helper', 'provider', 'alert'] as const

/** One right to one class of data: always, only in some situations, or not at all (no entry). */
export type Cell = Partial<Record<RightName, string[]>>
export interface ClassRow { name: string; cell: Cell }
/** What holds for several kinds of record alike; one block says it for all of them. */
export interface Block { records: string[]; rows: ClassRow[] }
/** A line that names single fields. */
export interface Single { records: string[]; fields: string[]; may: string[]; when: string[] }

const names = (list: string[] | undefined, name: string): boolean => (list ?? []).some((x) => x === '*' || x === name)

/** Adds up what the lines give; always swallows every situation. */
function cellOf(grants: readonly Grant[], record: string, cls: string): Cell {
  const cell: Cell = {}
  for (const g of grants) {
    if (!names(g.of, record) || !names(g.class, cls)) continue
    const when = g.when?.length ? g.when : ['always']
    for (const may of rightNames) {
      if (!(g.may ?? []).includes(may)) continue
      const all = [...new Set([...(cell[may] ?? []), ...when])]
      cell[may] = all.includes('always') ? ['always'] : all
    }
  }
  return cell
}

/** The rights of a role by record and class; records for which the same holds stand together. */
export function blocksOf(role: { fields?: readonly Grant[] | null }, catalogue: readonly RecordFields[]): Block[] {
  const grants = role.fields ?? []
  const known = catalogue.filter((r) => people.some((p) => p === r.record))
  const blocks: (Block & { sum: string })[] = []
  for (const r of known) {
    const rows = classNames.filter((c) => (r.fields[c] ?? []).length > 0).map((c) => ({ name: c, cell: cellOf(grants, r.record, c) }))
    const sum = JSON.stringify(classNames.map((c) => cellOf(grants, r.record, c)))
    const same = blocks.find((b) => b.sum === sum)
    if (!same) blocks.push({ records: [r.record], rows, sum })
    else {
      same.records.push(r.record)
      same.rows = classNames.flatMap((c) => [...same.rows, ...rows].find((x) => x.name === c) ?? [])
    }
  }
  return blocks.map(({ records, rows }) => ({ records, rows }))
}

export function singlesOf(role: { fields?: readonly Grant[] | null }): Single[] {
  return (role.fields ?? []).filter((g) => g.field?.length).map((g) => ({ records: g.of ?? [], fields: g.field ?? [], may: g.may ?? [], when: g.when?.length ? g.when : ['always'] }))
}

/** alerts.see, alerts.work → alerts: see, work; in the order of the whole list. single words stand alone. */
export function actionGroups(all: readonly string[]): { noun: string; actions: string[] }[] {
  const out: { noun: string; actions: string[] }[] = []
  for (const a of all) {
    const noun = a.split('.')[0] ?? a
    const group = out.find((g) => g.noun === noun)
    if (group) group.actions.push(a)
    else out.push({ noun, actions: [a] })
  }
  return out
}

/** What one role may do and another not, for a copy that is compared with what it came from. */
export function difference(before: readonly string[], after: readonly string[]): { more: string[]; less: string[] } {
  return { more: after.filter((a) => !before.includes(a)), less: before.filter((a) => !after.includes(a)) }
}
