import { describe, expect, it } from 'vitest'
import { phoneProblem, spaced } from './phones'

describe('phoneProblem', () => {
  it.each(['', '+8619900001234', '199 0000 1234', '0086-199-0000-1234', '021-55550123', '（021）55550123'])('takes %s', (s) => expect(phoneProblem(s)).toBeNull())
  it.each([['1990000123', 'short'], ['199000012345', 'long'], ['12345', 'short'], ['19900001234;19900001235', 'several'], ['1990000123a', 'digits']])('%s: %s', (s, want) => expect(phoneProblem(s)).toBe(want))
})

describe('spaced', () => {
  it('groups a mobile number and leaves all else alone', () => {
    expect(spaced('+8619900001234')).toBe('199 0000 1234')
    expect(spaced('021-55550123')).toBe('021-55550123')
  })
})
