import { describe, expect, it } from 'vitest'
import { actionText, recordText } from './audittext'

describe('an action of the audit log', () => {
  it('is said in both languages', () => {
    expect(actionText('zh', 'elder.seen')).toBe('查看老人')
    expect(actionText('en', 'elder.seen')).toBe('looked at elder')
    expect(actionText('zh', 'elders.exported')).toBe('导出老人')
    expect(actionText('en', 'operator.created')).toBe('made account')
  })
  it('stays as it is where there are no words', () => {
    expect(actionText('en', 'teapot.poured')).toBe('teapot.poured')
    expect(actionText('zh', 'elder.poured')).toBe('elder.poured')
    expect(actionText('zh', '')).toBe('')
  })
  it('calls many like one', () => {
    expect(recordText('zh', 'privacy_requests')).toBe(recordText('zh', 'privacy_request'))
  })
})
