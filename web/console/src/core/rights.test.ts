import { describe, expect, it } from 'vitest'
import { may, mayField } from './rights'
import type { Session } from '../data/types'

const as = (role: string, o: Partial<Session> = {}): Session => ({ operator: { id: 'o1', name: 'zhou', role }, ...o })

describe('may', () => {
  it('goes by the actions that the server names, not by the role', () => {
    const s = as('admin', { actions: ['elders.see', 'contacts.*'] })
    expect(may(s, 'elders.see')).toBe(true)
    expect(may(s, 'contacts.change')).toBe(true)
    expect(may(s, 'elders.change')).toBe(false)
    expect(may(s, 'operators.see')).toBe(false)
  })
  it('goes by the role when the server names none', () => {
    expect(may(as('operator'), 'elders.change')).toBe(true)
    expect(may(as('operator'), 'providers.change')).toBe(false)
    expect(may(as('admin'), 'anything.at_all')).toBe(true)
    expect(may(as('unheard_of'), 'elders.see')).toBe(false)
    expect(may(null, 'elders.see')).toBe(false)
  })
  it('does not take the beginning of a word for the word', () => expect(may(as('x', { actions: ['elder.*'] }), 'elders.see')).toBe(false))
})

describe('mayField', () => {
  const s = as('clerk', { actions: [], fields: { elder: { access: ['change'], name: ['see', 'change'], illnesses: ['see@during_alert'] } } })
  it('asks the rights of the field; one without any is not listed', () => {
    expect(mayField(s, 'elder', 'access', 'see')).toBe(false)
    expect(mayField(s, 'elder', 'access', 'change')).toBe(true)
    expect(mayField(s, 'elder', 'name', 'see')).toBe(true)
    expect(mayField(s, 'elder', 'notes', 'change')).toBe(false)
  })
  it('counts what holds in a situation, and does not take see_masked for see', () => {
    expect(mayField(s, 'elder', 'illnesses', 'see')).toBe(true)
    expect(mayField(as('x', { fields: { elder: { name: ['see_masked'] } } }), 'elder', 'name', 'see')).toBe(false)
  })
  it('leaves to the action what the server does not speak of', () => expect(mayField(s, 'helper', 'name', 'see')).toBe(true))
})
