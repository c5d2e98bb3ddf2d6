import type { FieldSpec } from '../fields'
import { contactFields, deviceKinds, elderFields as f } from './elder'

// What an enrolment asks, in the order in which a clerk hears it. All else is added on the record later.

const c = Object.fromEntries(contactFields.map((x) => [x.name, x])) as Record<string, FieldSpec>

export const enrolIdentity: readonly FieldSpec[] = [f.name, { ...f.id_number, hint: 'ui.enrol.id.hint' }, { ...f.birth_date, hint: undefined }, f.sex, f.phones, { ...f.dialect, hint: 'ui.enrol.dialect.hint' }]
export const enrolHome: readonly FieldSpec[] = [{ ...f.area, wide: true }, f.address, { ...f.living, wide: true }, { ...f.access, kind: 'text' }]
export const enrolHealth: readonly FieldSpec[] = [{ ...f.allergies, wide: true }, f.illnesses, f.medicines, { ...f.mobility, wide: true }]
export const enrolContact: readonly FieldSpec[] = ['name', 'phones', 'relation', 'role', 'has_key'].flatMap((n) => (c[n] ? [{ ...c[n], required: false, wide: n === 'role', hint: undefined }] : []))
export const enrolDevice: readonly FieldSpec[] = [
  { name: 'identity', kind: 'text', word: 'ui.d.identity', hint: 'ui.d.identity.hint' },
  { name: 'place', kind: 'text', word: 'ui.d.place' },
  { name: 'kind', kind: 'choice', word: 'ui.d.kind', room: 'device', options: deviceKinds.slice(0, 6), wide: true },
]
