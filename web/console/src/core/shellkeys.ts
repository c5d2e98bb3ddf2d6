import type { KeyPress } from './keys'

// Keys that work on every page. Those of the desk itself stand in keys.ts and are asked after these.

export type ShellAction =
  | { do: 'wait' } // g was pressed: the next key names a page
  | { do: 'go'; key: string }
  | { do: 'forget' } // what came after g means nothing
  | { do: 'alarm' | 'search' | 'lang' | 'help' | 'silence' | 'leave' }
  | { do: 'page'; key: string }

export interface Where {
  /** g has been pressed */
  pending: boolean
  desk: boolean
  /** the keys of the page that is open */
  page: readonly string[]
  /** a question is open over the page: it has all keys but the way back to an alarm */
  dialog: boolean
  /** an alarm waits, or one of this seat's own is open */
  alarm: boolean
}

const common: Record<string, 'search' | 'lang' | 'help' | 'silence'> = { '/': 'search', '、': 'search', l: 'lang', '?': 'help', '？': 'help', s: 'silence' }

/** What a key means to the shell; null when it is none of its business. */
export function shellKey(p: KeyPress, w: Where): ShellAction | null {
  // The one key that always leads to who calls for help, also out of the middle of a word.
  if (p.key === 'F2' && !w.desk) return w.alarm ? { do: 'alarm' } : null
  if (p.ctrlKey || p.altKey || p.metaKey || w.dialog) return null
  if (p.key === 'Escape') return w.desk ? null : { do: 'leave' }
  if (p.typing) return null
  const k = p.key.length === 1 ? p.key.toLowerCase() : p.key
  if (w.pending) return /^[a-z]$/.test(k) ? { do: 'go', key: k } : { do: 'forget' }
  if (k === 'g') return { do: 'wait' }
  if (w.desk || (p.onButton && (k === 'Enter' || k === ' '))) return null
  if (k === ' ') return w.alarm ? { do: 'alarm' } : null
  if (w.page.includes(k)) return { do: 'page', key: k }
  const name = common[k]
  return name ? { do: name } : null
}
