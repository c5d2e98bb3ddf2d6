import { describe, expect, it } from 'vitest'
import type { KeyPress } from './keys'
import { shellKey, type Where } from './shellkeys'

const where: Where = { pending: false, desk: false, page: ['n', 'e'], dialog: false, alarm: true }
const press = (key: string, p: Partial<KeyPress> = {}, w: Partial<Where> = {}) => shellKey({ key, typing: false, onButton: false, ...p }, { ...where, ...w })

describe('shellKey', () => {
  it('goes to a page with g and a letter', () => {
    expect(press('g')).toEqual({ do: 'wait' })
    expect(press('E', {}, { pending: true })).toEqual({ do: 'go', key: 'e' })
    expect(press('Enter', {}, { pending: true })).toEqual({ do: 'forget' })
    expect(press('g', {}, { desk: true })).toEqual({ do: 'wait' })
  })
  it('leads back to the alarm with one key, also while a name is being typed or a question is open', () => {
    expect(press(' ')).toEqual({ do: 'alarm' })
    expect(press('F2', { typing: true })).toEqual({ do: 'alarm' })
    expect(press('F2', { typing: true }, { dialog: true })).toEqual({ do: 'alarm' })
    expect(press('F2', {}, { alarm: false })).toBeNull()
    expect(press(' ', {}, { alarm: false })).toBeNull()
  })
  it('is silent while text is typed, and leaves buttons their own keys', () => {
    expect(press('n', { typing: true })).toBeNull()
    expect(press(' ', { typing: true })).toBeNull()
    expect(press(' ', { onButton: true })).toBeNull()
    expect(press('n', { onButton: true })).toEqual({ do: 'page', key: 'n' })
    expect(press('n', { ctrlKey: true })).toBeNull()
    expect(press('n', {}, { dialog: true })).toBeNull()
  })
  it('leaves the desk all its keys', () => {
    for (const k of ['a', 'n', ' ', 's', '/', '?', 'l', 'Escape']) expect(press(k, {}, { desk: true, page: [] })).toBeNull()
  })
  it('knows the keys of every page', () => {
    expect(press('/')).toEqual({ do: 'search' })
    expect(press('l')).toEqual({ do: 'lang' })
    expect(press('Escape', { typing: true })).toEqual({ do: 'leave' })
    expect(press('q')).toBeNull()
  })
})
