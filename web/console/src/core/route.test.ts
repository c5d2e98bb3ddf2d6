import { describe, expect, it } from 'vitest'
import { formatRoute, parseRoute } from './route'

describe('parseRoute', () => {
  it.each([
    ['', 'desk', ''], ['#/desk', 'desk', ''], ['#/elders', 'elders', ''], ['#/elders/019a', 'elders', '019a'], ['#elders/new', 'elders', 'new'], ['#/nonsense/1', 'desk', ''],
  ])('%s', (hash, page, id) => expect(parseRoute(hash)).toMatchObject({ page, id }))

  it('keeps what a list is filtered by, and comes back to the same address', () => {
    const r = parseRoute('#/elders?q=%E5%BC%A0&tier=vip')
    expect(r.query).toEqual({ q: '张', tier: 'vip' })
    expect(parseRoute(formatRoute('elders', '', '', r.query))).toEqual(r)
    expect(formatRoute('elders', 'a/b', 'history')).toBe('#/elders/a%2Fb/history')
  })
  it('does not fall over an address that somebody has cut', () => {
    expect(parseRoute('#/elders/%E5%B')).toMatchObject({ page: 'elders', id: '%E5%B' })
  })
  it('leaves out filters that are not set', () => expect(formatRoute('elders', '', '', { q: '', tier: 'vip' })).toBe('#/elders?tier=vip'))
})
