import { describe, expect, it } from 'vitest'
import { anAlert, anEvent, t0 } from '../core/fixtures'
import { empty, mergeEvents, takeAlert, takeChange, takeHelpers, takeSnapshot } from './reduce'

const snapshot = (alerts = [anAlert()]) => takeSnapshot(empty, { seq: 40, alerts, now: new Date(t0).toISOString() }, t0 - 5000)

describe('takeSnapshot', () => {
  it('is the truth: what is not in it is gone', () => {
    const live = takeSnapshot(takeChange(snapshot(), { alert: anAlert({ id: 'gone' }) }), { seq: 50, alerts: [anAlert({ id: 'b' })], now: '' }, t0)
    expect([...live.alerts.keys()]).toEqual(['b'])
    expect(live.seq).toBe(50)
  })
  it('learns the difference of the clocks', () => expect(snapshot().skew).toBe(5000))
})

describe('takeChange', () => {
  it('adds and replaces', () => {
    const live = takeChange(snapshot(), { event: anEvent('accepted', {}, { global: 41, seq: 2 }), alert: anAlert({ seq: 2, state: 'accepted' }) })
    expect(live.alerts.get('a1')?.state).toBe('accepted')
    expect(live.seq).toBe(41)
    expect(live.events.get('a1')).toHaveLength(1)
  })
  it('does not go back in time, but keeps the event', () => {
    const newer = takeAlert(snapshot(), anAlert({ seq: 9, state: 'helping' }))
    const live = takeChange(newer, { event: anEvent('accepted', {}, { seq: 2 }), alert: anAlert({ seq: 2, state: 'accepted' }) })
    expect(live.alerts.get('a1')?.state).toBe('helping')
    expect(live.events.get('a1')).toHaveLength(1)
  })
  it('takes the same event once', () => {
    const c = { event: anEvent('note'), alert: anAlert() }
    expect(takeChange(takeChange(snapshot(), c), c).events.get('a1')).toHaveLength(1)
  })
  it('leaves the former value as it was', () => {
    const before = snapshot()
    takeChange(before, { alert: anAlert({ id: 'x' }) })
    expect(before.alerts.size).toBe(1)
  })
})

describe('helpers', () => {
  it('remember where they were, but not the noise of a position', () => {
    let live = takeHelpers(empty, [{ id: 'h', lat: 31, lon: 121 }])
    live = takeHelpers(live, [{ id: 'h', lat: 31.00001, lon: 121 }])
    expect(live.before.has('h')).toBe(false)
    live = takeHelpers(live, [{ id: 'h', lat: 31.001, lon: 121 }])
    expect(live.before.get('h')?.lat).toBe(31.00001)
  })
})

describe('mergeEvents', () => {
  it('orders and drops doubles', () => {
    const e = (seq: number) => anEvent('note', {}, { seq })
    expect(mergeEvents([e(1), e(3)], [e(2), e(3)]).map((x) => x.seq)).toEqual([1, 2, 3])
  })
})
