import { describe, expect, it } from 'vitest'
import type { AuditRow } from '../data/types'
import { auditRecords, dueIn, factsOf, historyOf, pageOf, periodOf, usualActions } from './auditview'
import { actionText, recordText } from './audittext'

const now = new Date(2026, 10, 25, 15, 30).getTime()
const row = (r: Partial<AuditRow>): AuditRow => ({ chain: 'c', seq: 1, at: '', actor: { kind: 'operator', id: 'o' }, action: 'elder.changed', resource: 'elder', id: 'e1', subject: 'e1', centre: '', alert: '', fields: ['name'], ...r })

describe('a search in the audit log', () => {
  it('begins a day at midnight where the clerk sits', () => {
    expect(periodOf('today', now).from).toBe(new Date(2026, 10, 25).toISOString())
    expect(periodOf('week', now).from).toBe(new Date(2026, 10, 19).toISOString())
    expect(periodOf('all', now)).toEqual({})
  })
  it('counts the last day whole', () => {
    expect(periodOf('days', now, '2026-11-01', '2026-11-30')).toEqual({ from: new Date(2026, 10, 1).toISOString(), until: new Date(2026, 11, 1).toISOString() })
    expect(periodOf('days', now, 'nonsense', '')).toEqual({})
  })
  it('has words for everything that it offers', () => {
    for (const lang of ['zh', 'en'] as const) {
      for (const a of usualActions) expect(actionText(lang, a), a).not.toContain('.')
      for (const r of auditRecords) expect(recordText(lang, r), r).not.toMatch(lang === 'zh' ? /^[a-z_]+$/ : /_/)
    }
  })
})

describe('a row of the audit log', () => {
  it('leads to the record and to its changes where there are such', () => {
    expect(pageOf(row({}))).toBe('#/elders/e1')
    expect(pageOf(row({ resource: 'operator', id: 'o/1' }))).toBe('#/admin/accounts/o%2F1')
    expect(pageOf(row({ resource: 'token' }))).toBe('')
    expect(historyOf(row({}))).toBe('elders')
    expect(historyOf(row({ action: 'elder.seen' }))).toBe('')
    expect(historyOf(row({ resource: 'token', action: 'token.created' }))).toBe('')
    expect(historyOf(row({ fields: [] }))).toBe('')
  })
  it('says what else it holds', () => {
    expect(factsOf({ browser: 'id', level: 'password', factor: '', ok: false, n: 3, inner: { a: 1 } })).toEqual([['level', 'password'], ['n', '3'], ['inner', '{"a":1}']])
    expect(factsOf(null)).toEqual([])
    expect(factsOf([1])).toEqual([])
  })
  it('knows how long an answer may take', () => {
    expect(dueIn('2026-11-27T00:00:00Z', Date.parse('2026-11-25T00:00:00Z'))).toBe(2)
    expect(dueIn('2026-11-24T00:00:00Z', Date.parse('2026-11-25T01:00:00Z'))).toBe(-2)
  })
})
