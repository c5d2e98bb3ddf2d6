import type { Alert, Candidate, HelperAt, Lang, Position } from '../data/types'
import { bearing, ring } from './geo'
import { comingOf, hereOf } from './people'
import { isAftercare, isMachine, isUnaccepted, isWorking, priorityOf } from './queue'
import { countdown, minutes } from './time'
import { titleOf } from './title'
import { otherPlaces, remark, sourceText } from './where'
import { wayLine, type Travelling, type Way, type WayLine } from './ways'
import { say } from './words'

// What the map shows, as plain data. The drawing of it is in src/map.

export interface ElderMark { id: string; at: [number, number]; label: string; priority: 1 | 2 | 3; selected: boolean; fresh: boolean; source: string }
export interface HelperMark { id: string; at: [number, number]; role: 'coming' | 'candidate' | 'here'; label: string; sub: string; heading: number | null; name: string }
export interface Dot { id: string; at: [number, number]; duty: boolean; busy: boolean; heading: number | null }
/** Another place where the elder may be, or was. */
export interface PlaceMark { id: string; at: [number, number]; source: string; label: string; sub: string; against: boolean; near: boolean }
export interface MapModel {
  places: PlaceMark[]
  selected: string | null
  elders: ElderMark[]
  helpers: HelperMark[]
  dots: Dot[]
  ring: [number, number][] | null
  lines: WayLine[]
  /** who is on the way to the selected one */
  travelling: Travelling[]
  /** changes when the picture should be fitted anew */
  frame: string
}

export interface MapInput {
  alert: Alert | null
  queue: readonly Alert[]
  candidates: readonly Candidate[]
  helpers: ReadonlyMap<string, HelperAt>
  before: ReadonlyMap<string, HelperAt>
  ways: ReadonlyMap<string, Way>
  now: number
  lang: Lang
}

const pointOf = (p: { lat: number; lon: number } | null | undefined): [number, number] | null =>
  p && Number.isFinite(p.lat) && Number.isFinite(p.lon) && (p.lat !== 0 || p.lon !== 0) ? [p.lon, p.lat] : null

export function mapModel(m: MapInput): MapModel {
  const { alert, lang } = m
  const home = pointOf(alert?.position)
  const helpers = alert && isWorking(alert) ? peopleMarks(m, alert) : []
  const marked = new Set(helpers.map((h) => h.id))
  const dots: Dot[] = []
  for (const h of m.helpers.values()) {
    const at = pointOf(h)
    if (at && !marked.has(h.id)) dots.push({ id: h.id, at, duty: h.on_duty !== false, busy: h.busy === true, heading: heading(m, h.id) })
  }
  const shown = alert && !m.queue.some((a) => a.id === alert.id) ? [...m.queue, alert] : m.queue
  const coming = helpers.filter((h) => h.role === 'coming')
  const travelling = home && alert ? coming.map((h) => ({ id: h.id, from: h.at, to: home, mode: comingOf(alert).find((p) => p.id === h.id)?.mode || 'foot' })) : []
  return {
    selected: alert?.id ?? null,
    elders: shown.filter((a) => a.id === alert?.id || (!isMachine(a) && !isAftercare(a))).flatMap((a) => elderMark(a, alert, lang)),
    helpers,
    dots,
    places: alert && isWorking(alert) ? placeMarks(alert, lang) : [],
    ring: alert?.position && home && radiusOf(alert) > 5 ? ring(alert.position, radiusOf(alert)) : null,
    lines: travelling.map((t) => wayLine(t, m.ways.get(t.id))),
    travelling,
    frame: `${alert?.id ?? ''}/${coming.map((h) => h.id).join()}/${helpers.length > coming.length ? 'c' : ''}${!alert && dots.length > 5 ? 'd' : ''}`,
  }
}

/** How exact the chosen place is: as it says, or as its source usually is. */
function radiusOf(a: Alert): number {
  return a.position?.accuracy_m ?? (a.position?.source === 'home' ? 0 : a.place?.places.find((p) => p.chosen)?.accuracy_m ?? 0)
}

// Farther away than this a place would make the picture of the others too small to read.
const inPicture = 5000

function placeMarks(a: Alert, lang: Lang): PlaceMark[] {
  return otherPlaces(a).flatMap((p) => {
    const at = pointOf(p)
    if (!at || (p.from_chosen_m ?? 0) < 15) return []
    return [{
      id: p.source, at, source: p.source, label: sourceText(lang, p.source), sub: p.source === 'home' ? '' : remark(lang, p),
      against: p.flags.includes('contradicts_home'), near: (p.from_chosen_m ?? 0) <= inPicture,
    }]
  })
}

function elderMark(a: Alert, selected: Alert | null, lang: Lang): ElderMark[] {
  const at = pointOf(a.position)
  if (!at) return []
  return [{
    id: a.id, at, priority: priorityOf(a), selected: a.id === selected?.id, fresh: isUnaccepted(a), source: a.position?.source ?? '',
    label: titleOf(a, lang),
  }]
}

function heading(m: MapInput, id: string): number | null {
  const now = m.helpers.get(id)
  const old = m.before.get(id)
  return now && old ? bearing(old, now) : null
}

function peopleMarks(m: MapInput, alert: Alert): HelperMark[] {
  const out: HelperMark[] = []
  const where = (id: string, fallback?: Position | null) => pointOf(m.helpers.get(id)) ?? pointOf(fallback)
  for (const p of [...hereOf(alert), ...comingOf(alert)]) {
    const here = p.state === 'arrived'
    const at = where(p.id, p.position)
    if (!at) continue
    const left = countdown(p.eta_at, m.now)
    out.push({ id: p.id, at, role: here ? 'here' : 'coming', label: p.name, sub: here ? '✓' : (left?.text ?? ''), heading: here ? null : heading(m, p.id), name: p.name })
  }
  // With help under way the others would only be noise, until somebody is late.
  const seen = new Set(out.map((h) => h.id))
  m.candidates.slice(0, 5).forEach((c, i) => {
    const at = where(c.helper, c.position)
    if (!at || seen.has(c.helper)) return
    out.push({ id: c.helper, at, role: 'candidate', label: String(i + 1), sub: say(m.lang, 'ui.min', { minutes: minutes(c.duration_s) }), heading: heading(m, c.helper), name: c.name })
  })
  return out
}
