import type { Session } from '../data/types'

// What the console shows is decided by what the session may do. The server decides again on every
// request; this only keeps buttons away that would be refused.

/** What each role could do before roles were data; for a server that does not name actions. */
const byRole: Record<string, string[]> = {
  operator: ['alerts.*', 'elders.see', 'elders.change', 'elders.archive', 'contacts.*', 'devices.*', 'helpers.*', 'providers.see', 'services.see', 'areas.see', 'classes.see', 'consents.*'],
  supervisor: ['alerts.*', 'elders.*', 'contacts.*', 'devices.*', 'helpers.*', 'providers.see', 'services.see', 'areas.see', 'classes.*', 'consents.*'],
  manager: ['alerts.*', 'elders.*', 'contacts.*', 'devices.*', 'helpers.*', 'providers.*', 'services.*', 'areas.*', 'classes.*', 'consents.*', 'custom_fields.*', 'plans.*', 'import', 'export'],
  admin: ['*'],
}

function covers(granted: string, action: string): boolean {
  if (granted === '*' || granted === action) return true
  const [noun, verb] = granted.split('.')
  return verb === '*' && action.startsWith(`${noun}.`)
}

/** Whether the session may do something, e.g. elders.change. */
export function may(s: Session | null, action: string): boolean {
  if (!s) return false
  const granted = s.actions ?? byRole[s.role?.id ?? s.operator.role ?? ''] ?? []
  return granted.some((g) => covers(g, action))
}

export type FieldRight = 'see' | 'see_masked' | 'change' | 'export'

/**
 * Whether a field of a resource may be seen or changed. A right that holds only in a situation (see@during_alert) counts: the
 * server knows the situation. What the server does not speak of at all follows the action alone.
 */
export function mayField(s: Session | null, resource: string, field: string, right: FieldRight): boolean {
  if (!s) return false
  const all = s.fields?.[resource]
  if (!all) return true
  return (all[field] ?? []).some((r) => r === right || r.startsWith(right + '@'))
}
