import type { Alert } from '../data/types'
import { millis } from './time'

/** One way by which a press came: when it was here, and how many seconds after the button was pressed. */
export interface PathLine { path: string; press: number; at: string; delayS: number }

// Of an earlier press only the ways are known: its first way stands for the button.
export function pathLines(a: Alert): PathLine[] {
  const marks = (a.paths ?? []).map((m) => ({ path: m.path, press: m.press ?? 1, at: m.at }))
  const last = Math.max(0, ...marks.map((m) => m.press))
  const first = new Map<number, number>()
  for (const m of marks) first.set(m.press, Math.min(first.get(m.press) ?? Infinity, millis(m.at) ?? Infinity))
  const pressed = millis(a.pressed_at)
  return marks.map((m) => {
    const from = m.press === last && pressed !== null ? pressed : (first.get(m.press) ?? 0)
    return { ...m, delayS: Math.max(0, Math.round(((millis(m.at) ?? from) - from) / 1000)) }
  })
}
