/** A list with one of its rows somewhere else. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list]
  const [row] = next.splice(from, 1)
  if (row !== undefined) next.splice(to, 0, row)
  return next
}

/** The numbers that rows must get so that they stand as they do now: 1, 2, 3 …; rows that have theirs are left out. */
export function orders<T extends { order?: number }>(list: readonly T[]): { row: T; order: number }[] {
  return list.map((row, i) => ({ row, order: i + 1 })).filter((x) => x.row.order !== x.order)
}
