// Dates as people write them. A birth date may be known to the year or the month only.

/** 1944, 1944-03 or 1944-03-15 from what was typed (19440315, 1944.3.15, 1944年3月15日); null when it is no date. */
export function readDate(typed: string): string | null {
  const s = narrow(typed).trim().replace(/[年月/.\s]+/g, '-').replace(/日$/, '').replace(/-+$/, '')
  if (s === '') return ''
  const m = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/.exec(s) ?? /^(\d{4})(\d{2})(\d{2})?$/.exec(s)
  if (!m) return null
  const [, y = '', mo, d] = m
  const month = mo === undefined ? undefined : Number(mo)
  const day = d === undefined ? undefined : Number(d)
  if (month !== undefined && (month < 1 || month > 12)) return null
  if (day !== undefined && (day < 1 || day > daysOf(Number(y), month ?? 1))) return null
  return [y, mo?.padStart(2, '0'), d?.padStart(2, '0')].filter(Boolean).join('-')
}

function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate()
}

/** Full-width digits and signs, as a Chinese keyboard types them, in their narrow form. */
export function narrow(s: string): string {
  return s.replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/\u3000/g, ' ')
}

/** Age in whole years; of a date without a day that at its end, as the server counts. */
export function ageAt(date: string | undefined, now: number): number | null {
  const m = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/.exec(date ?? '')
  if (!m) return null
  const today = new Date(now)
  const month = Number(m[2] ?? 12)
  const day = Number(m[3] ?? daysOf(Number(m[1]), month))
  const before = today.getMonth() + 1 < month || (today.getMonth() + 1 === month && today.getDate() < day)
  const years = today.getFullYear() - Number(m[1]) - (before ? 1 : 0)
  return years < 0 ? null : years
}

/** Whole days until a date; negative when it has passed. */
export function daysUntil(date: string | undefined, now: number): number | null {
  const m = /^(\d{4})-(\d{2})-(\d{2})/.exec(date ?? '')
  if (!m) return null
  const t = new Date(now)
  return Math.round((Date.UTC(Number(m[1]), Number(m[2]) - 1, Number(m[3])) - Date.UTC(t.getFullYear(), t.getMonth(), t.getDate())) / 86_400_000)
}

/** Today where the clerk sits, 2026-11-25. */
export function today(now: number): string {
  const t = new Date(now)
  return [t.getFullYear(), t.getMonth() + 1, t.getDate()].map((n) => String(n).padStart(2, '0')).join('-')
}

/** 2026-11-25 21:07 of an instant, where the clerk sits. */
export function stampText(at: string | null | undefined): string {
  const ms = Date.parse(at ?? '')
  if (Number.isNaN(ms)) return ''
  const d = new Date(ms)
  return `${today(ms)} ${String(d.getHours()).padStart(2, '0')}:${String(d.getMinutes()).padStart(2, '0')}`
}
