import type { FieldSpec, SectionSpec } from '../fields'

// The record of an elder, section by section, as it is read and filled.

const tiers = ['normal', 'one_touch', 'vip', 'important'] as const
export const languages = ['zh', 'wuu', 'yue', 'nan', 'hak', 'en'] as const
export const careLevels = ['intact', 'mild', 'moderate', 'severe', 'total'] as const
export const mobilities = ['independent', 'stick', 'walker', 'wheelchair', 'bedridden'] as const
export const livings = ['alone', 'couple', 'family', 'carer', 'institution', 'other'] as const

export const elderFields = {
  name: { name: 'name', kind: 'text', word: 'ui.e.name', required: true },
  id_kind: { name: 'id_kind', kind: 'choice', word: 'ui.e.id_kind', room: 'id_kind', options: ['resident', 'passport', 'hk_macau', 'taiwan', 'foreigner', 'other'] },
  id_number: { name: 'id_number', kind: 'id_number', word: 'ui.e.id_number' },
  sex: { name: 'sex', kind: 'choice', word: 'ui.e.sex', room: 'sex', options: ['f', 'm'] },
  birth_date: { name: 'birth_date', kind: 'date', word: 'ui.e.birth_date', hint: 'ui.e.birth_date.hint' },
  number: { name: 'number', kind: 'text', word: 'ui.e.number' },
  phones: { name: 'phones', kind: 'phones', word: 'ui.e.phones', hint: 'ui.e.phones.hint' },
  language: { name: 'language', kind: 'choice', word: 'ui.e.language', room: 'language', options: languages },
  dialect: { name: 'dialect', kind: 'text', word: 'ui.e.dialect' },
  tier: { name: 'tier', kind: 'choice', word: 'ui.e.tier', room: 'tier', options: tiers },
  area: { name: 'area', kind: 'area', word: 'ui.e.area' },
  address: { name: 'address', kind: 'text', word: 'ui.e.address', wide: true, hint: 'ui.e.address.hint' },
  position: { name: 'position', kind: 'place', word: 'ui.e.position', wide: true },
  access: { name: 'access', kind: 'long', word: 'ui.e.access', wide: true, hint: 'ui.e.access.hint' },
  living: { name: 'living', kind: 'choice', word: 'ui.e.living', room: 'living', options: livings },
  mobility: { name: 'mobility', kind: 'choice', word: 'ui.e.mobility', room: 'mobility', options: mobilities },
  care_level: { name: 'care_level', kind: 'choice', word: 'ui.e.care_level', room: 'care_level', options: careLevels },
  allergies: { name: 'allergies', kind: 'tags', word: 'ui.e.allergies', hint: 'ui.tags.hint' },
  illnesses: { name: 'illnesses', kind: 'tags', word: 'ui.e.illnesses' },
  medicines: { name: 'medicines', kind: 'tags', word: 'ui.e.medicines' },
  plan_on: { name: 'on', inside: 'safety_plan', kind: 'flag', word: 'ui.e.safety' },
  plan_reason: { name: 'reason', inside: 'safety_plan', kind: 'text', word: 'ui.e.safety.reason' },
  plan_times: { name: 'times', inside: 'safety_plan', kind: 'times', word: 'ui.e.safety.times', hint: 'ui.e.safety.times.hint' },
  plan_since: { name: 'since', inside: 'safety_plan', kind: 'text', word: 'ui.e.safety.since', readonly: true },
  plan_until: { name: 'until', inside: 'safety_plan', kind: 'text', word: 'ui.to', readonly: true },
  legal_hold: { name: 'legal_hold', kind: 'flag', word: 'ui.e.hold' },
  legal_hold_reason: { name: 'legal_hold_reason', kind: 'text', word: 'ui.e.hold.reason' },
  notes: { name: 'notes', kind: 'long', word: 'ui.e.notes', wide: true },
} as const satisfies Record<string, FieldSpec>

const f = elderFields

export const elderSections: readonly SectionSpec[] = [
  { id: 'identity', word: 'ui.sec.identity', icon: 'person', key: '1', fields: [f.name, f.sex, f.birth_date, f.number, f.id_kind, f.id_number, f.phones, f.language, f.dialect, f.tier, f.notes] },
  { id: 'home', word: 'ui.sec.home', icon: 'home', key: '2', fields: [f.area, f.address, f.living, f.access, f.position] },
  { id: 'health', word: 'ui.sec.health', icon: 'heart', key: '3', fields: [f.allergies, f.illnesses, f.medicines, f.mobility, f.care_level] },
  { id: 'safety', word: 'ui.sec.safety', icon: 'shield', key: '5', fields: [f.plan_on, f.plan_reason, f.plan_times, f.plan_since, f.plan_until, f.legal_hold, f.legal_hold_reason] },
]

export const contactFields: readonly FieldSpec[] = [
  { name: 'name', kind: 'text', word: 'ui.e.name', required: true },
  { name: 'role', kind: 'choice', word: 'ui.c.role', room: 'role', options: ['family', 'liaison', 'doctor', 'guard', 'neighbour', 'other'] },
  { name: 'relation', kind: 'text', word: 'ui.c.relation', hint: 'ui.c.relation.hint' },
  { name: 'phones', kind: 'phones', word: 'ui.e.phones', required: true },
  { name: 'channels', kind: 'codes', word: 'ui.c.channels', room: 'channel', options: ['sms', 'voice', 'push'] },
  { name: 'language', kind: 'choice', word: 'ui.c.language', room: 'language', options: languages },
  { name: 'languages', kind: 'tags', word: 'ui.c.languages', room: 'language', options: languages },
  { name: 'has_key', kind: 'flag', word: 'ui.c.has_key' },
  { name: 'hours', kind: 'hours', word: 'ui.c.hours', wide: true },
  { name: 'note', kind: 'long', word: 'ui.c.note', wide: true },
]

export const deviceKinds = ['button', 'pendant', 'watch', 'landline', 'phone', 'fall', 'smoke', 'gas', 'water', 'door', 'motion', 'hub', 'tracker'] as const
export const protocols = ['http', 'mqtt', 'scaip', 'dc09', 'watch', 'minifinder2', 'gt06', 'jt808', 'h02', 'eelink', 'phone', 'sms'] as const

export const deviceFields: readonly FieldSpec[] = [
  { name: 'identity', kind: 'text', word: 'ui.d.identity', hint: 'ui.d.identity.hint', required: true },
  { name: 'protocol', kind: 'choice', word: 'ui.d.protocol', room: 'protocol', options: protocols, required: true },
  { name: 'kind', kind: 'choice', word: 'ui.d.kind', room: 'device', options: deviceKinds },
  { name: 'place', kind: 'text', word: 'ui.d.place' },
  { name: 'sim', kind: 'text', word: 'ui.d.sim' },
  { name: 'installed_at', kind: 'text', word: 'ui.d.installed_at', readonly: true },
  { name: 'note', kind: 'long', word: 'ui.c.note', wide: true },
]

export const consentPurposes = ['care', 'location', 'recording', 'sharing', 'photo', 'research'] as const
export const consentFields: readonly FieldSpec[] = [
  { name: 'purpose', kind: 'choice', word: 'ui.k.purpose', room: 'purpose', options: consentPurposes, required: true, wide: true },
  { name: 'basis', kind: 'choice', word: 'ui.k.basis', room: 'basis', options: ['consent', 'contract', 'vital_interest', 'public_task', 'legal_duty'], wide: true },
  { name: 'given_by', kind: 'text', word: 'ui.k.given_by', hint: 'ui.k.given_by.hint' },
  { name: 'how', kind: 'choice', word: 'ui.k.how', room: 'consent_how', options: ['paper', 'spoken', 'electronic'] },
  { name: 'given_at', kind: 'date', word: 'ui.k.given_at' },
  { name: 'scope', kind: 'text', word: 'ui.k.scope', wide: true },
  { name: 'note', kind: 'text', word: 'ui.c.note', wide: true },
]

/** All fields of a noun by name, for the history. */
export function fieldTable(noun: string): Record<string, FieldSpec> {
  const lists: Record<string, readonly FieldSpec[]> = { elders: Object.values(elderFields), contacts: contactFields, devices: deviceFields }
  // Of what lies in one object of the record, the first field names it.
  return Object.fromEntries((lists[noun] ?? []).toReversed().map((x) => [x.inside ?? x.name, x]))
}
