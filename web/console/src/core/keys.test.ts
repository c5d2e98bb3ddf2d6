import { describe, expect, it } from 'vitest'
import { keyAction, type KeyPress, type PanelName } from './keys'

const press = (key: string, o: Partial<KeyPress> = {}, panel: PanelName | null = null) => keyAction({ key, typing: false, onButton: false, ...o }, panel)

describe('keyAction', () => {
  it.each([
    ['a', { do: 'accept' }], ['A', { do: 'accept' }], ['n', { do: 'note' }], ['s', { do: 'silence' }], ['l', { do: 'lang' }], ['/', { do: 'search' }],
    ['j', { do: 'move', step: 1 }], ['k', { do: 'move', step: -1 }], ['ArrowDown', { do: 'move', step: 1 }], [' ', { do: 'newest' }],
    ['c', { do: 'panel', panel: 'call' }], ['e', { do: 'panel', panel: 'escalate' }], ['r', { do: 'panel', panel: 'resolve' }], ['f', { do: 'panel', panel: 'follow' }],
    ['x', { do: 'panel', panel: 'close' }], ['d', { do: 'panel', panel: 'arrive' }], ['m', { do: 'panel', panel: 'ambulance' }], ['?', { do: 'panel', panel: 'help' }],
    ['v', { do: 'nobody' }], ['q', null], ['F5', null],
  ])('%s', (key, want) => expect(press(key)).toEqual(want))

  it('asks with a digit, sends with Shift, whatever sign Shift types on this keyboard', () => {
    expect(press('1', { code: 'Digit1' })).toEqual({ do: 'candidate', index: 0, assign: false })
    expect(press('!', { code: 'Digit1', shiftKey: true })).toEqual({ do: 'candidate', index: 0, assign: true })
    expect(press('5', { code: 'Numpad5' })).toEqual({ do: 'candidate', index: 4, assign: false })
    expect(press('6', { code: 'Digit6' })).toBeNull()
  })
  it('gives digits to the open panel', () => {
    expect(press('6', { code: 'Digit6' }, 'resolve')).toEqual({ do: 'pick', digit: 6 })
    expect(press('Enter', {}, 'resolve')).toEqual({ do: 'confirm' })
  })
  it('is off while typing, but for Escape', () => {
    expect(press('a', { typing: true })).toBeNull()
    expect(press('1', { code: 'Digit1', typing: true }, 'resolve')).toBeNull()
    expect(press('Escape', { typing: true })).toEqual({ do: 'escape' })
  })
  it('leaves the browser its own keys', () => {
    expect(press('r', { ctrlKey: true })).toBeNull()
    expect(press('l', { metaKey: true })).toBeNull()
  })
  it('leaves Enter and Space to a focused button', () => {
    expect(press(' ', { onButton: true })).toBeNull()
    expect(press('Enter', { onButton: true }, 'resolve')).toBeNull()
    expect(press('a', { onButton: true })).toEqual({ do: 'accept' })
  })
})
