import type { CentreRecord, Role } from '../../data/types'
import type { FieldSpec, SectionSpec } from '../fields'
import { languages } from './elder'

// What accounts, centres and agreements hold. Roles and centres are data, so their choices come from outside.

type Labels = Record<string, { zh: string; en: string }>
export interface Choices { options: string[]; labels: Labels; wide?: boolean }

// As many stand side by side as buttons; more become a list.
const sideBySide = 6

/** The centres as the answers of a question. */
export function centreChoices(centres: readonly { id: string; name: string }[]): Choices {
  return { wide: centres.length <= sideBySide, options: centres.map((c) => c.id), labels: Object.fromEntries(centres.map((c) => [c.id, { zh: c.name, en: c.name }])) }
}

/** The roles that a person can have. */
export function roleChoices(roles: readonly Role[]): Choices {
  const fit = roles.filter((r) => r.kind === 'person' && !r.archived_at)
  return { options: fit.map((r) => r.id), labels: Object.fromEntries(fit.map((r) => [r.id, r.name])) }
}

const choice = (c: Choices, f: Pick<FieldSpec, 'name' | 'word'> & Partial<FieldSpec>): FieldSpec => ({ kind: 'choice', ...f, ...c })

export function accountFields(centres: Choices, roles: Choices): FieldSpec[] {
  return [
    { name: 'display_name', kind: 'text', word: 'ui.ad.a.display', required: true },
    { name: 'name', kind: 'text', word: 'ui.ad.a.login', hint: 'ui.ad.a.login.hint', required: true },
    choice(roles, { name: 'role', word: 'ui.ad.a.role', required: true }),
    choice(centres, { name: 'centre', word: 'ui.e.centre', required: true }),
    { name: 'phone', kind: 'text', word: 'ui.ad.a.phone', hint: 'ui.ad.a.phone.hint' },
    { name: 'language', kind: 'choice', word: 'ui.e.language', room: 'language', options: languages.filter((l) => l === 'zh' || l === 'en') },
    { name: 'provider', kind: 'provider', word: 'ui.h.provider', hint: 'ui.ad.a.provider.hint' },
  ]
}

export function accountSections(fields: readonly FieldSpec[]): SectionSpec[] {
  const pick = (...names: string[]) => fields.filter((f) => names.includes(f.name))
  return [
    { id: 'who', word: 'ui.ad.a.person', icon: 'person', key: '1', fields: pick('display_name', 'name', 'phone', 'language') },
    { id: 'role', word: 'ui.ad.a.place', icon: 'shield', key: '2', fields: pick('role', 'centre', 'provider') },
  ]
}

const levels = ['province', 'city', 'county', 'street', 'community'] as const

export function centreSections(parents: Choices): SectionSpec[] {
  return [
    {
      id: 'centre', word: 'ui.e.centre', icon: 'home', key: '1', fields: [
        { name: 'name', kind: 'text', word: 'ui.ad.t.name', required: true },
        choice(parents, { name: 'parent', word: 'ui.ad.c.parent', hint: 'ui.ad.c.parent.hint' }),
        { name: 'level', kind: 'choice', word: 'ui.ad.c.level', room: 'level', options: levels, wide: true },
        { name: 'phone', kind: 'text', word: 'ui.ad.a.phone' },
        { name: 'area', kind: 'area', word: 'ui.ad.c.area' },
        { name: 'time_zone', kind: 'text', word: 'ui.ad.c.zone' },
        { name: 'default_area_code', kind: 'text', word: 'ui.ad.c.code', hint: 'ui.ad.c.code.hint' },
        { name: 'hours', kind: 'hours', word: 'ui.ad.c.hours', wide: true },
      ],
    },
    {
      id: 'demands', word: 'ui.ad.c.demands', icon: 'shield', key: '2', fields: [
        { name: 'requires_background_check', kind: 'flag', word: 'ui.ad.c.check', wide: true },
        { name: 'requires_inspection', kind: 'flag', word: 'ui.ad.c.inspection', wide: true },
        { name: 'weekly_offers', kind: 'number', word: 'ui.h.weekly_offers', hint: 'ui.ad.c.weekly_offers.hint' },
        { name: 'reserved_seats', kind: 'number', word: 'ui.ad.c.reserved_seats', hint: 'ui.ad.c.reserved_seats.hint' },
      ],
    },
  ]
}

export const alertKinds = ['sos', 'fall', 'silent', 'smoke', 'gas', 'water', 'inactivity', 'door'] as const

export function agreementFields(centres: Choices): FieldSpec[] {
  return [
    choice(centres, { name: 'centre', word: 'ui.ad.g.centre', required: true }),
    choice(centres, { name: 'to', word: 'ui.ad.g.to', required: true }),
    { name: 'after_s', kind: 'number', word: 'ui.ad.g.after', hint: 'ui.ad.g.after.hint', required: true },
    { name: 'kinds', kind: 'codes', word: 'ui.ad.g.kinds', hint: 'ui.ad.g.kinds.hint', room: 'kind', options: alertKinds, wide: true },
    { name: 'hours', kind: 'hours', word: 'ui.ad.g.hours', wide: true },
    { name: 'from', kind: 'date', word: 'ui.from' },
    { name: 'until', kind: 'date', word: 'ui.to' },
    { name: 'note', kind: 'text', word: 'ui.c.note' },
  ]
}

/** A number that a form holds as text, for the server. */
export function numbered(fields: readonly FieldSpec[], v: Record<string, unknown>): Record<string, unknown> {
  const numbers = new Set(fields.filter((f) => f.kind === 'number').map((f) => f.name))
  return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, numbers.has(k) && typeof x === 'string' && /^\d+$/.test(x.trim()) ? Number(x) : x]))
}

/** The centres under which another one can be put: not itself and nothing below it. */
export function parentsFor(all: readonly CentreRecord[], inside: ReadonlySet<string>): CentreRecord[] {
  return all.filter((c) => !inside.has(c.id) && !c.archived_at)
}
