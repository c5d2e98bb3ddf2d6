import type { FieldSpec, SectionSpec } from '../fields'
import { languages } from './elder'

// Helpers and providers, section by section. What they have in common stands once.

// What a helper is known to be able to do; other words are kept as they are.
export const skills = ['first_aid', 'aed', 'cpr', 'nurse', 'nursing', 'doctor', 'driver', 'locksmith', 'dialect', 'lifting', 'plumbing', 'electrical', 'housekeeping', 'companionship', 'security'] as const

const certificates: FieldSpec = {
  name: 'certificates', kind: 'rows', word: 'ui.h.certificates', wide: true,
  columns: [
    { name: 'kind', kind: 'text', word: 'ui.h.certificate.kind', room: 'skill', options: skills, wide: true },
    { name: 'number', kind: 'text', word: 'ui.h.certificate.number' },
    { name: 'issued', kind: 'date', word: 'ui.h.issued' },
    { name: 'expires', kind: 'date', word: 'ui.h.expires' },
  ],
}
const notices: FieldSpec = {
  name: 'notices', kind: 'rows', word: 'ui.h.notices', wide: true,
  columns: [{ name: 'text', kind: 'text', word: 'ui.h.notice', wide: true }, { name: 'from', kind: 'date', word: 'ui.from' }, { name: 'until', kind: 'date', word: 'ui.to' }],
}
const standing: readonly FieldSpec[] = [
  { name: 'status', kind: 'choice', word: 'ui.h.status', room: 'status', options: ['active', 'suspended', 'left'] },
  { name: 'status_reason', kind: 'text', word: 'ui.h.status_reason' },
  { name: 'status_from', kind: 'date', word: 'ui.from' },
  { name: 'status_until', kind: 'date', word: 'ui.to' },
  notices,
]
const areas: FieldSpec = { name: 'areas', kind: 'areas', word: 'ui.h.areas', hint: 'ui.h.areas.hint' }
const services: FieldSpec = { name: 'services', kind: 'services', word: 'ui.h.services', wide: true }
const grade: FieldSpec = { name: 'grade', kind: 'choice', word: 'ui.h.grade', room: 'grade', options: ['A', 'B', 'C', 'D'], readonly: true }

export const helperKinds = ['volunteer', 'neighbour', 'staff', 'provider'] as const
export const providerKinds = ['enterprise', 'nonprofit', 'medical', 'property', 'public', 'other'] as const

const name: FieldSpec = { name: 'name', kind: 'text', word: 'ui.e.name', required: true }
const firm: FieldSpec = { ...name, word: 'ui.p.name' }
const phones: FieldSpec = { name: 'phones', kind: 'phones', word: 'ui.e.phones', required: true }

export const helperNew: readonly FieldSpec[] = [
  name, phones,
  { name: 'kind', kind: 'choice', word: 'ui.h.kind', room: 'helper', options: helperKinds, wide: true },
  { name: 'skills', kind: 'tags', word: 'ui.h.skills', room: 'skill', options: skills },
  { name: 'modes', kind: 'codes', word: 'ui.h.modes', room: 'mode', options: ['foot', 'bike', 'car'] },
]

export const helperSections: readonly SectionSpec[] = [
  {
    id: 'who', word: 'ui.sec.identity', icon: 'person', key: '1', fields: [
      name, phones, { name: 'kind', kind: 'choice', word: 'ui.h.kind', room: 'helper', options: helperKinds, wide: true }, { name: 'provider', kind: 'provider', word: 'ui.h.provider' },
      { name: 'language', kind: 'choice', word: 'ui.e.language', room: 'language', options: languages, wide: true }, grade,
    ],
  },
  {
    id: 'can', word: 'ui.sec.can', icon: 'star', key: '2', fields: [
      { name: 'skills', kind: 'tags', word: 'ui.h.skills', room: 'skill', options: skills, wide: true }, services, { name: 'modes', kind: 'codes', word: 'ui.h.modes', room: 'mode', options: ['foot', 'bike', 'car'] }, areas,
      { name: 'keys_for', kind: 'elders', word: 'ui.h.keys_for', wide: true },
    ],
  },
  {
    id: 'when', word: 'ui.sec.when', icon: 'clock', key: '3', fields: [
      { name: 'on_duty', kind: 'flag', word: 'ui.h.on_duty' }, { name: 'schedule', kind: 'hours', word: 'ui.h.schedule', wide: true },
      { name: 'weekly_offers', kind: 'number', word: 'ui.h.weekly_offers', hint: 'ui.h.weekly_offers.hint' },
      { name: 'household', kind: 'text', word: 'ui.h.household', hint: 'ui.h.household.hint' },
      { name: 'quiet_hours', kind: 'hours', word: 'ui.h.quiet_hours', hint: 'ui.h.quiet_hours.hint', wide: true },
      {
        name: 'absences', kind: 'rows', word: 'ui.h.absences', wide: true, columns: [
          { name: 'from', kind: 'date', word: 'ui.from' }, { name: 'until', kind: 'date', word: 'ui.to' }, { name: 'substitute', kind: 'helper', word: 'ui.h.substitute', wide: true }, { name: 'reason', kind: 'text', word: 'ui.cc.reason', wide: true },
        ],
      },
    ],
  },
  {
    id: 'trust', word: 'ui.sec.trust', icon: 'shield', key: '4', fields: [
      certificates,
      { name: 'state', inside: 'background_check', kind: 'choice', word: 'ui.h.check', room: 'check', options: ['none', 'pending', 'passed', 'failed'], wide: true },
      { name: 'date', inside: 'background_check', kind: 'date', word: 'ui.h.check.date' }, { name: 'by', inside: 'background_check', kind: 'text', word: 'ui.h.check.by' },
    ],
  },
  { id: 'standing', word: 'ui.sec.standing', icon: 'warn', key: '5', fields: standing },
]

export const providerNew: readonly FieldSpec[] = [
  firm, { name: 'phones', kind: 'phones', word: 'ui.e.phones' }, { name: 'kind', kind: 'choice', word: 'ui.h.kind', room: 'provider_kind', options: providerKinds, wide: true }, { name: 'contact_name', kind: 'text', word: 'ui.p.contact_name' },
  { name: 'address', kind: 'text', word: 'ui.e.address' },
]

export const providerSections: readonly SectionSpec[] = [
  {
    id: 'who', word: 'ui.sec.firm', icon: 'shop', key: '1', fields: [
      firm, { name: 'kind', kind: 'choice', word: 'ui.h.kind', room: 'provider_kind', options: providerKinds, wide: true }, { name: 'contact_name', kind: 'text', word: 'ui.p.contact_name' }, { name: 'phones', kind: 'phones', word: 'ui.e.phones' }, grade,
      { name: 'address', kind: 'text', word: 'ui.e.address', wide: true }, { name: 'position', kind: 'place', word: 'ui.e.position', wide: true },
    ],
  },
  { id: 'can', word: 'ui.sec.can', icon: 'star', key: '2', fields: [services, areas, { name: 'schedule', kind: 'hours', word: 'ui.h.schedule', wide: true }] },
  {
    id: 'trust', word: 'ui.sec.inspected', icon: 'shield', key: '3', fields: [
      certificates,
      {
        name: 'inspections', kind: 'rows', word: 'ui.p.inspections', wide: true, columns: [
          { name: 'year', kind: 'number', word: 'ui.p.year' }, { name: 'result', kind: 'choice', word: 'ui.p.result', room: 'check', options: ['passed', 'failed', 'pending'] }, { name: 'date', kind: 'date', word: 'ui.k.given_at' }, { name: 'note', kind: 'text', word: 'ui.c.note', wide: true },
        ],
      },
    ],
  },
  { id: 'standing', word: 'ui.sec.standing', icon: 'warn', key: '4', fields: standing },
]

const byName = (sections: readonly SectionSpec[]): Record<string, FieldSpec> => Object.fromEntries(sections.flatMap((s) => s.fields).map((f) => [f.inside ?? f.name, f]))
export const helperTable = byName(helperSections)
export const providerTable = byName(providerSections)
