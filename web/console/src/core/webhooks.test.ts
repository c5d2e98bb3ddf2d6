import { describe, expect, it } from 'vitest'
import { deliveryState, webhookKinds } from './webhooks'
import { code } from './words'

describe('what other programs are told', () => {
  it('is taken, refused, tried again or not yet sent', () => {
    expect(deliveryState({ pending: false, attempts: 1, code: '204' })).toBe('taken')
    expect(deliveryState({ pending: false, attempts: 8, code: '500' })).toBe('refused')
    expect(deliveryState({ pending: false, attempts: 1, code: 'refused' })).toBe('refused')
    expect(deliveryState({ pending: true, attempts: 2, code: '503' })).toBe('again')
    expect(deliveryState({ pending: true, attempts: 0, code: '' })).toBe('waiting')
  })
  it('has a word for every kind', () => {
    for (const k of webhookKinds) expect(code('en', 'told', k), k).not.toBe(k)
  })
})
