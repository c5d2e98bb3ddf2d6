import { describe, expect, it } from 'vitest'
import { consentState } from './consents'

describe('what somebody has agreed to', () => {
  it('names what is missing', () => expect(consentState([{ id: '1', purpose: 'care' }])).toEqual({ held: ['care'], missing: ['location', 'sharing'] }))
  it('does not count what was withdrawn, unless it was given again', () => {
    const withdrawn = { id: '1', purpose: 'sharing', withdrawn_at: '2026-11-01T00:00:00Z' }
    expect(consentState([withdrawn]).missing).toContain('sharing')
    expect(consentState([withdrawn, { id: '2', purpose: 'sharing' }]).missing).not.toContain('sharing')
  })
})
