import { describe, expect, it } from 'vitest'
import { adminNeeds, adminSections, sectionBeside, sectionsFor } from './admin'
import { pageTable, pagesFor } from './pages'

const only = (...allowed: string[]) => (action: string) => allowed.includes(action)

describe('the administration', () => {
  it('lists what a session may see and not more', () => {
    expect(sectionsFor(only('audit.see', 'roles.see')).map((s) => s.id)).toEqual(['roles', 'audit'])
    expect(sectionsFor(only('audit.export', 'operators.change'))).toEqual([])
    expect(sectionsFor(() => true)).toHaveLength(adminSections.length)
  })
  it('is in the navigation exactly for those who find something there', () => {
    const admin = pageTable.find((p) => p.page === 'admin')
    expect(admin?.needs).toEqual(adminNeeds)
    for (const need of adminNeeds) expect(sectionsFor(only(need)), need).not.toEqual([])
    expect(pagesFor(only('alerts.see'), () => true).map((p) => p.page)).not.toContain('admin')
  })
  it('is walked through by keys and ends at its ends', () => {
    const all = sectionsFor(only('roles.see', 'tokens.see', 'audit.see'))
    expect(sectionBeside(all, 'roles', 1)?.id).toBe('tokens')
    expect(sectionBeside(all, 'roles', -1)).toBeUndefined()
    expect(sectionBeside(all, 'audit', 1)).toBeUndefined()
    expect(sectionBeside(all, 'nowhere', 1)?.id).toBe('roles')
  })
})
