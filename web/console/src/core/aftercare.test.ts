import { describe, expect, it } from 'vitest'
import { callBackOf, seenOrHeard } from './aftercare'
import { anAlert, anEvent, aPerson, at } from './fixtures'

const elder = aPerson({ id: 'e1', part: 'elder' })
const said = (seconds: number) => anEvent('answered', { person: 'e1', answer: 'well' }, { at: at(seconds), actor: { kind: 'elder', id: 'e1' } })

describe('whether anybody knows how the elder is', () => {
  it('somebody was at the door, or the elder has answered', () => {
    expect(seenOrHeard(anAlert(), [])).toBe(false)
    expect(seenOrHeard(anAlert({ on_scene_at: at(9) }), [])).toBe(true)
    expect(seenOrHeard(anAlert({ people: [elder] }), [said(9)])).toBe(true)
  })
  it('a son who answers is not the elder', () => {
    const son = anEvent('answered', { person: 'c1', answer: 'heard' }, { actor: { kind: 'contact', id: 'c1' } })
    expect(seenOrHeard(anAlert({ people: [elder, aPerson({ id: 'c1', part: 'contact' })] }), [son])).toBe(false)
  })
  it('what was said before it was reopened counts no more', () => {
    const again = anEvent('reopened', {}, { at: at(60) })
    expect(seenOrHeard(anAlert(), [said(9), again])).toBe(false)
    expect(seenOrHeard(anAlert(), [said(9), again, said(70)])).toBe(true)
  })
})

describe('callBackOf', () => {
  const next = [{ step: 'rule/close', at: at(900), action: 'sound' }, { step: 'rule/call-back', at: at(600), action: 'sound' }, { step: 'closure', at: at(1), action: 'tell' }]
  it('is nothing before the help has ended', () => expect(callBackOf(anAlert({ state: 'helping' }), [])).toBeNull())
  it('is nothing for a flat battery', () => expect(callBackOf(anAlert({ state: 'resolved', kind: 'low_battery', priority: 3 }), [])).toBeNull())
  it('is due, with the next reminder', () => expect(callBackOf(anAlert({ state: 'resolved', on_scene_at: at(5), next }), [])).toEqual({ code: 'due', at: at(600) }))
  it('has been tried, or has reached somebody', () => {
    expect(callBackOf(anAlert({ state: 'resolved', on_scene_at: at(5), followed_up_at: at(9), reached: null }), [])?.code).toBe('tried')
    expect(callBackOf(anAlert({ state: 'resolved', on_scene_at: at(5), followed_up_at: at(9), reached: 'elder' }), [])?.code).toBe('reached')
  })
  it('says first that nobody has seen or heard the elder', () => {
    expect(callBackOf(anAlert({ state: 'resolved', reached: null, next: [{ step: 'rule/verify', at: at(9), action: 'ask_elder' }] }), [])).toEqual({ code: 'unseen', at: at(9) })
  })
})
