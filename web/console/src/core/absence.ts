import type { Absence } from '../data/types'

/** The absence that somebody is in on a day, written 2026-11-25; the server asks nobody who is away. */
export function absenceOn(all: readonly Absence[] | undefined, day: string): Absence | null {
  return (all ?? []).find((a) => (!a.from || a.from.slice(0, 10) <= day) && (!a.until || day <= a.until.slice(0, 10))) ?? null
}
