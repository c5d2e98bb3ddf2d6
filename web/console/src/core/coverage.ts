import type { Coverage, CoverageFeature, CoverageNight } from '../data/types'

/** What is asked: now, the week as a whole, or one hour of it. */
export interface CoverageAsk { minutes: number; mode: string; at: string }

export const minuteChoices = [3, 5, 8, 10, 15, 20, 30] as const
export const weekHours = 168

/** Reads what stands in the address of the page; what makes no sense is the usual. */
export function askOf(query: Record<string, string>): CoverageAsk {
  const minutes = Number(query['minutes'])
  const at = query['at'] ?? 'now'
  const hour = Number(at)
  const known = at === 'now' || at === 'week' || (at !== '' && Number.isInteger(hour) && hour >= 0 && hour < weekHours)
  return {
    minutes: (minuteChoices as readonly number[]).includes(minutes) ? minutes : 10,
    mode: ['foot', 'bike', 'car'].includes(query['mode'] ?? '') ? (query['mode'] ?? '') : '',
    at: known ? at : 'now',
  }
}

/** Monday 13:00, in the language of the page. 2026-11-23 is a Monday. */
export function hourText(hour: number, lang: 'zh' | 'en'): string {
  const day = new Intl.DateTimeFormat(lang === 'zh' ? 'zh-CN' : 'en-GB', { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2026, 10, 23 + Math.floor(hour / 24)))
  return `${day} ${String(hour % 24).padStart(2, '0')}:00`
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0 && share < 1 ? 1 : 0)} %`
}

/** What the night's week is worth: the part of the hours of all elders whose place is known. */
export function shareOf(n: Pick<CoverageNight, 'elders' | 'unplaced' | 'hours'>): number {
  const placed = n.elders - n.unplaced
  return placed > 0 ? n.hours / (placed * weekHours) : 0
}

/** +1.3, −0.4 or ±0 points against a week before; empty when there is none. */
export function changeText(n: CoverageNight): string {
  if (!n.before) return ''
  const points = Math.round(1000 * (shareOf(n) - shareOf(n.before))) / 10
  return points > 0 ? `+${points.toFixed(1)}` : points < 0 ? `−${(-points).toFixed(1)}` : '±0'
}

// Cells and steps of the legend: light where all is well, strong where somebody is alone. They differ in lightness, too, for whoever does not see colours.
const steps = [
  { from: 1, color: '#2f8f66' },
  { from: 0.9, color: '#7fae5a' },
  { from: 0.6, color: '#e0b23c' },
  { from: 0.3, color: '#f08a4b' },
  { from: 0, color: '#ff6a5c' },
] as const

export const legend: readonly { from: number; color: string }[] = steps

export function colorOf(share: number): string {
  return steps.find((s) => share >= s.from)?.color ?? steps[steps.length - 1]?.color ?? ''
}

export function cellsOf(c: Coverage): GeoJSON.Feature[] {
  return c.features.flatMap((f) => (f.properties.kind === 'cell' && f.geometry
    ? [{ type: 'Feature', geometry: f.geometry, properties: { color: colorOf(f.properties.share), elders: f.properties.elders, covered: f.properties.covered, share: f.properties.share, weight: Math.min(0.65, 0.3 + f.properties.elders / 40) } } as GeoJSON.Feature]
    : []))
}

/** The proposals, each kind in the order of their worth. */
export function proposalsOf(c: Coverage): CoverageFeature[] {
  return c.features.filter((f) => f.properties.kind !== 'cell')
}
