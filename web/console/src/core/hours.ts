import type { Lang, Shift } from '../data/types'
import { narrow } from './dates'
import { say } from './words'

export function dayNames(lang: Lang): readonly string[] {
  return say(lang, 'ui.hours.days').split(' ')
}

/** 8 → 08:00, 830 → 08:30, 8：30 → 08:30; what is no time stays as it is, for the server to complain about. */
export function tidyTime(typed: string): string {
  const s = narrow(typed).trim()
  const m = /^(\d{1,2})(?::?(\d{2}))?$/.exec(s) ?? /^(\d)(\d{2})$/.exec(s)
  if (!m) return s
  const h = Number(m[1])
  const min = Number(m[2] ?? 0)
  return h > 24 || min > 59 ? s : `${String(h).padStart(2, '0')}:${String(min).padStart(2, '0')}`
}

/** 一–五 08:00–18:00; days that follow one another are drawn together. */
export function shiftText(s: Shift, lang: Lang): string {
  const days = [...new Set(s.days)].filter((d) => d >= 1 && d <= 7).sort()
  const time = `${s.from}–${s.to}`
  if (days.length === 7) return say(lang, 'ui.hours.daily', { time })
  const runs: number[][] = []
  for (const d of days) {
    const last = runs.at(-1)
    if (last && last.at(-1) === d - 1) last.push(d)
    else runs.push([d])
  }
  const names = dayNames(lang)
  const name = (d: number | undefined) => names[(d ?? 1) - 1]
  const comma = say(lang, 'ui.list.comma')
  const text = runs.map((r) => (r.length > 2 ? `${name(r[0])}–${name(r.at(-1))}` : r.map(name).join(comma))).join(comma)
  return say(lang, 'ui.hours.on', { days: text, time })
}

/** For the grid of a week: whether each of 7 × 24 hours is at least partly covered. */
export function weekGrid(shifts: readonly Shift[]): boolean[][] {
  const grid = Array.from({ length: 7 }, () => Array<boolean>(24).fill(shifts.length === 0))
  for (const s of shifts) {
    const from = minutes(s.from)
    let to = minutes(s.to)
    if (from === null || to === null) continue
    if (to <= from) to += 24 * 60
    for (const d of s.days) {
      for (let m = Math.floor(from / 60) * 60; m < to; m += 60) {
        const row = grid[(d - 1 + Math.floor(m / 1440)) % 7]
        if (row) row[Math.floor((m % 1440) / 60)] = true
      }
    }
  }
  return grid
}

function minutes(clock: string): number | null {
  const m = /^(\d{2}):(\d{2})$/.exec(clock)
  return m ? Number(m[1]) * 60 + Number(m[2]) : null
}
