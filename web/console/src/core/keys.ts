// One table of keys. A pure function turns a key press into what is meant.

export type Action =
  | { do: 'move'; step: 1 | -1 }
  | { do: 'candidate'; index: number; assign: boolean }
  | { do: 'pick'; digit: number }
  | { do: 'panel'; panel: PanelName }
  | { do: 'newest' | 'accept' | 'nobody' | 'note' | 'silence' | 'lang' | 'search' | 'escape' | 'confirm' }

export type PanelName = 'call' | 'escalate' | 'resolve' | 'follow' | 'close' | 'arrive' | 'ambulance' | 'more' | 'help'

export interface KeyPress {
  key: string
  code?: string
  shiftKey?: boolean
  ctrlKey?: boolean
  altKey?: boolean
  metaKey?: boolean
  /** the focus is where text is typed */
  typing: boolean
  /** the focus is on something that Enter or Space presses by itself */
  onButton: boolean
}

const panels: Record<string, PanelName> = {
  c: 'call', e: 'escalate', r: 'resolve', f: 'follow', x: 'close', d: 'arrive', m: 'ambulance', '.': 'more', '?': 'help', '？': 'help', '。': 'more',
}
const plain: Record<string, Action['do'] & ('accept' | 'nobody' | 'note' | 'silence' | 'lang' | 'search')> = {
  a: 'accept', v: 'nobody', n: 'note', s: 'silence', l: 'lang', '/': 'search', '、': 'search',
}

function digitOf(p: KeyPress): number | null {
  // With Shift a digit key types a sign that differs by keyboard; its code does not.
  const m = /^(?:Digit|Numpad)([0-9])$/.exec(p.code ?? '') ?? /^([0-9])$/.exec(p.key)
  return m ? Number(m[1]) : null
}

/** What a key press means; null when it means nothing to us. panel: the panel that is open, if any. */
export function keyAction(p: KeyPress, panel: PanelName | null): Action | null {
  if (p.key === 'Escape') return { do: 'escape' }
  if (p.typing || p.ctrlKey || p.altKey || p.metaKey) return null
  if (p.onButton && (p.key === 'Enter' || p.key === ' ')) return null
  const digit = digitOf(p)
  if (panel && panel !== 'help') {
    if (digit !== null) return { do: 'pick', digit }
    if (p.key === 'Enter') return { do: 'confirm' }
  } else if (digit !== null) {
    return digit >= 1 && digit <= 5 ? { do: 'candidate', index: digit - 1, assign: p.shiftKey === true } : null
  }
  const k = p.key.length === 1 ? p.key.toLowerCase() : p.key
  if (k === 'j' || k === 'ArrowDown') return { do: 'move', step: 1 }
  if (k === 'k' || k === 'ArrowUp') return { do: 'move', step: -1 }
  if (k === ' ') return { do: 'newest' }
  const name = panels[k]
  if (name) return { do: 'panel', panel: name }
  const act = plain[k]
  return act ? { do: act } : null
}
