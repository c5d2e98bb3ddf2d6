import { describe, expect, it } from 'vitest'
import { at, t0 } from './fixtures'
import { age, clockText, countdown, millis, minutes, phoneText } from './time'

describe('clockText', () => {
  it.each([
    [0, '00:00'], [59_999, '00:59'], [60_000, '01:00'], [3_599_000, '59:59'], [3_600_000, '1:00:00'], [86_399_000, '23:59:59'], [86_400_000, '1d'], [-5000, '00:00'],
  ])('%i → %s', (ms, want) => expect(clockText(ms)).toBe(want))
})

describe('countdown', () => {
  it('counts down to nought, then up with a sign', () => {
    expect(countdown(at(75), t0)).toEqual({ text: '01:15', late: false, seconds: 75 })
    expect(countdown(at(0), t0)).toEqual({ text: '00:00', late: false, seconds: 0 })
    expect(countdown(at(-75), t0)).toEqual({ text: '+01:15', late: true, seconds: -75 })
  })
  it('rounds up, so that a minute left never reads less', () => expect(countdown(at(60), t0 - 1 + 500)?.text).toBe('01:00'))
  it('is nothing without a time', () => {
    expect(countdown(null, t0)).toBeNull()
    expect(countdown('soon', t0)).toBeNull()
  })
})

describe('the rest', () => {
  it('ages', () => expect(age(at(-83), t0)).toBe('01:23'))
  it('says that it does not know', () => expect(age(undefined, t0)).toBe('--:--'))
  it('reads nonsense as no time', () => expect(millis('x')).toBeNull())
  it('nobody comes in no minutes', () => expect([minutes(0), minutes(29), minutes(95), minutes(240)]).toEqual([1, 1, 2, 4]))
  it('groups mobile numbers', () => expect([phoneText('+8619900001101'), phoneText('+862112345678'), phoneText('')]).toEqual(['+86 199 0000 1101', '+862112345678', '']))
})
