import type { Key } from './words'

// The sections of the administration, in the order in which they stand at its side. One of the actions opens it.

export type AdminId =
  | 'accounts' | 'roles' | 'tokens' | 'centres' | 'agreements' | 'moves' | 'audit' | 'requests' | 'retention' | 'consents' | 'break-glass'
  | 'webhooks' | 'classes' | 'fields' | 'areas' | 'services'

export interface AdminSection { id: AdminId; word: Key; icon: string; group: Key; needs: readonly string[] }

export const adminSections: readonly AdminSection[] = [
  { id: 'accounts', word: 'ui.ad.accounts', icon: 'person', group: 'ui.ad.people', needs: ['operators.see'] },
  { id: 'roles', word: 'ui.ad.roles', icon: 'shield', group: 'ui.ad.people', needs: ['roles.see'] },
  { id: 'tokens', word: 'ui.ad.tokens', icon: 'key', group: 'ui.ad.people', needs: ['tokens.see'] },
  { id: 'centres', word: 'ui.ad.centres', icon: 'home', group: 'ui.ad.places', needs: ['centres.see'] },
  { id: 'agreements', word: 'ui.ad.agreements', icon: 'link', group: 'ui.ad.places', needs: ['agreements.see'] },
  { id: 'moves', word: 'ui.ad.moves', icon: 'coming', group: 'ui.ad.places', needs: ['elders.move'] },
  { id: 'audit', word: 'ui.ad.audit', icon: 'clock', group: 'ui.ad.trust', needs: ['audit.see'] },
  { id: 'requests', word: 'ui.ad.requests', icon: 'told', group: 'ui.ad.trust', needs: ['privacy.see'] },
  { id: 'retention', word: 'ui.ad.retention', icon: 'trash', group: 'ui.ad.trust', needs: ['retention.see'] },
  { id: 'consents', word: 'ui.ad.consents', icon: 'edit', group: 'ui.ad.trust', needs: ['consents.change'] },
  { id: 'break-glass', word: 'ui.ad.glass', icon: 'warn', group: 'ui.ad.trust', needs: ['break_glass.see', 'break_glass.review', 'break_glass.open'] },
  { id: 'webhooks', word: 'ui.ad.webhooks', icon: 'export', group: 'ui.ad.rules', needs: ['webhooks.see'] },
  { id: 'classes', word: 'ui.ad.classes', icon: 'star', group: 'ui.ad.rules', needs: ['classes.see'] },
  { id: 'fields', word: 'ui.ad.fields', icon: 'sheet', group: 'ui.ad.rules', needs: ['custom_fields.see'] },
  { id: 'areas', word: 'ui.ad.areas', icon: 'pin', group: 'ui.ad.rules', needs: ['areas.see'] },
  { id: 'services', word: 'ui.ad.services', icon: 'heart', group: 'ui.ad.rules', needs: ['services.see'] },
]

/** Any of these opens the administration as a whole. */
export const adminNeeds: readonly string[] = [...new Set(adminSections.flatMap((s) => s.needs))]

/** What a session finds there: what it may not see is not listed. there: the parts that this console has. */
export function sectionsFor(may: (action: string) => boolean, there: (id: AdminId) => boolean = () => true): AdminSection[] {
  return adminSections.filter((s) => there(s.id) && s.needs.some(may))
}

/** The section before or after another one; the ends lead to nothing. */
export function sectionBeside(all: readonly AdminSection[], id: string, step: 1 | -1): AdminSection | undefined {
  const at = all.findIndex((s) => s.id === id)
  return at < 0 ? all[0] : all[at + step]
}
