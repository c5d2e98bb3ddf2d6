import type { AuditRow } from '../data/types'

// What the search in the audit log asks for, and how one of its rows is read.

export type Period = 'today' | 'week' | 'month' | 'all' | 'days'

const dayMs = 86_400_000

/** The beginning of a day where the clerk sits; days ago. */
function dayStart(now: number, ago: number): Date {
  const t = new Date(now)
  return new Date(t.getFullYear(), t.getMonth(), t.getDate() - ago)
}

/** From when until when. The last day counts whole: until is the beginning of the day after it. */
export function periodOf(period: Period, now: number, from = '', until = ''): { from?: string; until?: string } {
  if (period === 'all') return {}
  if (period === 'today') return { from: dayStart(now, 0).toISOString() }
  if (period === 'week') return { from: dayStart(now, 6).toISOString() }
  if (period === 'month') return { from: dayStart(now, 29).toISOString() }
  const local = (day: string): Date | null => {
    const m = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day)
    return m ? new Date(Number(m[1]), Number(m[2]) - 1, Number(m[3])) : null
  }
  const a = local(from)
  const b = local(until)
  return { ...(a ? { from: a.toISOString() } : {}), ...(b ? { until: new Date(b.getFullYear(), b.getMonth(), b.getDate() + 1).toISOString() } : {}) }
}

/** The actions that are asked for most; all of a record's are found by the record. */
export const usualActions = [
  'elder.seen', 'elder.created', 'elder.changed', 'elder.archived', 'elder.moved', 'elder.merged', 'elder.erased', 'elder.exported', 'attachment.seen',
  'export.done', 'import.done', 'session.begun', 'session.failed', 'session.ended', 'password.set', 'factor.added', 'factor.removed', 'factor.reset',
  'operator.created', 'operator.changed', 'operator.archived', 'role.created', 'role.changed', 'token.created', 'token.revoked', 'break_glass.opened',
  'break_glass.reviewed', 'retention.changed', 'retention.done', 'webhook.created', 'audit.listed', 'audit.exported',
] as const

export const auditRecords = [
  'elder', 'contact', 'device', 'helper', 'provider', 'alert', 'attachment', 'consent', 'zone', 'operator', 'role', 'session', 'token', 'centre', 'move', 'agreement',
  'caller_class', 'custom_field', 'service', 'import', 'export', 'privacy_request', 'retention', 'webhook', 'break_glass', 'audit',
] as const

/** Records that have a page of their own, by what the log calls them. */
const pages: Record<string, string> = { elder: 'elders', helper: 'helpers', provider: 'providers', operator: 'admin/accounts', centre: 'admin/centres', role: 'admin/roles' }
/** Records whose changes can be read with their old and new values. */
const histories: Record<string, string> = {
  elder: 'elders', contact: 'contacts', device: 'devices', helper: 'helpers', provider: 'providers', operator: 'operators', centre: 'centres', agreement: 'agreements', caller_class: 'caller-classes',
}

export function pageOf(r: AuditRow): string {
  const page = pages[r.resource]
  return page && r.id ? `#/${page}/${encodeURIComponent(r.id)}` : ''
}

/** Where the old and new values of a row are told; nothing when the row changed nothing. */
export function historyOf(r: AuditRow): string {
  const verb = r.action.split('.')[1] ?? ''
  return ['created', 'changed', 'archived', 'restored', 'merged', 'moved'].includes(verb) && r.id && r.fields.length > 0 ? (histories[r.resource] ?? '') : ''
}

/** The small print of a row that is neither a change nor a look: key and value, without what is empty or an id nobody reads. */
export function factsOf(data: unknown): [string, string][] {
  if (!data || typeof data !== 'object' || Array.isArray(data)) return []
  return Object.entries(data).filter(([k, v]) => k !== 'browser' && v !== '' && v !== null && v !== false).map(([k, v]) => [k, typeof v === 'object' ? JSON.stringify(v) : String(v)])
}

/** Days until something is due; negative when it is late. */
export function dueIn(due: string, now: number): number {
  return Math.floor((Date.parse(due) - now) / dayMs)
}
