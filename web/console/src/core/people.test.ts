import { describe, expect, it } from 'vitest'
import { anAlert, aPerson, at } from './fixtures'
import { channelLines, comingOf, peopleGroups, summaryOf } from './people'

describe('peopleGroups', () => {
  it('shows who is here, then who comes first, then who is being tried; family before helpers', () => {
    const groups = peopleGroups([
      aPerson({ id: 'no', state: 'cannot' }),
      aPerson({ id: 'far', state: 'coming', eta_at: at(500) }),
      aPerson({ id: 'near', state: 'departed', eta_at: at(100) }),
      aPerson({ id: 'rings', state: 'ringing' }),
      aPerson({ id: 'daughter', part: 'contact', state: 'told', order: 1 }),
      aPerson({ id: 'here', state: 'arrived' }),
    ])
    expect(groups.map((g) => g.group + ':' + g.people.map((p) => p.id).join())).toEqual(['here:here', 'coming:near,far', 'trying:daughter,rings', 'out:no'])
  })
  it('holds with nobody', () => expect(peopleGroups(undefined)).toEqual([]))
  it('puts who comes without a known time after those with one', () => {
    expect(comingOf(anAlert({ people: [aPerson({ id: 'x', state: 'coming' }), aPerson({ id: 'y', state: 'coming', eta_at: at(9) })] })).map((p) => p.id)).toEqual(['y', 'x'])
  })
})

describe('summaryOf', () => {
  it('takes neither ringing nor a picked-up phone for a human', () => {
    expect(summaryOf([aPerson({ state: 'ringing' }), aPerson({ state: 'answered' }), aPerson({ state: 'told' })])).toMatchObject({ trying: 3, human: false })
  })
  it.each(['heard', 'coming', 'cannot', 'departed', 'arrived', 'reserve'] as const)('%s proves one', (state) => {
    expect(summaryOf([aPerson({ state })]).human).toBe(true)
  })
})

describe('channelLines', () => {
  const m = (channel: string, status: string, s: number) => ({ id: channel + s, channel, status, at: at(s) })
  it('says where the latest message of each channel stands and the how manieth it is', () => {
    expect(channelLines([m('sms', 'delivered', 1), m('voice', 'no_answer', 2), m('voice', 'ringing', 30)])).toEqual([
      { channel: 'voice', status: 'ringing', at: at(30), tries: 2, ok: false, bad: false },
      { channel: 'sms', status: 'delivered', at: at(1), tries: 1, ok: true, bad: false },
    ])
  })
  it('leaves out what was never sent', () => expect(channelLines([m('voice', 'cancelled', 1)])).toEqual([]))
  it('marks what failed', () => expect(channelLines([m('voice', 'voicemail', 1)])[0]?.bad).toBe(true))
})
