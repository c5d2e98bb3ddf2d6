import type { ElderRecord } from '../data/types'
import { narrow } from './dates'
import { tidyId } from './idnumber'

export type Likeness = 'id_number' | 'phone' | 'birth_date' | 'address' | 'name'
export interface Alike { elder: ElderRecord; reasons: Likeness[]; sure: boolean }

interface Typed { name?: string; id_number?: string; birth_date?: string; phones?: string[]; address?: string }

const digits = (s: string): string => narrow(s).replace(/\D/g, '').slice(-11)
const bare = (s: string | undefined): string => narrow(s ?? '').replace(/[\s,，.。#号室-]/g, '').toLowerCase()

/** Who of those found may be the person that is being enrolled, the likeliest first. sure: the same number, or the name and one thing more. */
export function alike(typed: Typed, found: readonly ElderRecord[]): Alike[] {
  const phones = new Set((typed.phones ?? []).map(digits).filter((p) => p.length >= 7))
  const out: Alike[] = []
  for (const elder of found) {
    const reasons: Likeness[] = []
    if (typed.id_number && elder.id_number && tidyId(typed.id_number) === elder.id_number) reasons.push('id_number')
    if ((elder.phones ?? []).some((p) => phones.has(digits(p)))) reasons.push('phone')
    if (typed.name && typed.name.trim() === elder.name) reasons.push('name')
    if (typed.birth_date && typed.birth_date.length > 4 && typed.birth_date === elder.birth_date) reasons.push('birth_date')
    if (bare(typed.address).length > 4 && bare(typed.address) === bare(elder.address)) reasons.push('address')
    const sure = reasons.includes('id_number') || (reasons.includes('name') && reasons.length > 1)
    if (reasons.length > 0) out.push({ elder, reasons, sure })
  }
  return out.sort((a, b) => Number(b.sure) - Number(a.sure) || b.reasons.length - a.reasons.length).slice(0, 5)
}

/** What to look for: each is a search of its own. Too little has been typed for none. */
export function questions(t: Typed): string[] {
  const id = tidyId(t.id_number ?? '')
  const phone = (t.phones ?? []).map(digits).find((p) => p.length >= 8)
  return [id.length === 18 ? id : '', phone ?? '', (t.name ?? '').trim().length >= 2 ? (t.name ?? '').trim() : ''].filter(Boolean)
}
