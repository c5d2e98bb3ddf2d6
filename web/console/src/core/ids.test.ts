import { describe, expect, it } from 'vitest'
import { newId } from './ids'

describe('newId', () => {
  it('is a UUID of version 7 that begins with its time', () => {
    const id = newId(0x019a_bcde_f012, new Uint8Array(10).fill(0xff))
    expect(id).toBe('019abcde-f012-7fff-bfff-ffffffffffff')
    expect(newId(1, new Uint8Array(10)) < newId(2, new Uint8Array(10))).toBe(true)
  })
})
