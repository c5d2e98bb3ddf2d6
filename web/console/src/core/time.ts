// Pure clocks: every function takes the time, none asks for it.

export function millis(at: string | null | undefined): number | null {
  if (!at) return null
  const t = Date.parse(at)
  return Number.isNaN(t) ? null : t
}

/** mm:ss up to an hour, h:mm:ss up to a day, then days. Never negative. */
export function clockText(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  const two = (n: number) => String(n).padStart(2, '0')
  if (s < 3600) return `${two(Math.floor(s / 60))}:${two(s % 60)}`
  if (s < 86400) return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
  return `${Math.floor(s / 86400)}d`
}

export function age(from: string | null | undefined, now: number): string {
  const t = millis(from)
  return t === null ? '--:--' : clockText(now - t)
}

export interface Countdown { text: string; late: boolean; seconds: number }

/** Time left until an instant; past it, counts up again with a plus sign. */
export function countdown(at: string | null | undefined, now: number): Countdown | null {
  const t = millis(at)
  if (t === null) return null
  // Half a second of grace: a step that is just being carried out is not late.
  const left = Math.ceil((t - now) / 1000)
  if (left >= 0) return { text: clockText(left * 1000), late: false, seconds: left }
  return { text: '+' + clockText(-left * 1000), late: true, seconds: left }
}

/** Whole minutes for a travel time, at least one: nobody is there in 0 minutes. */
export function minutes(seconds: number): number {
  return Math.max(1, Math.round(seconds / 60))
}

/** hh:mm:ss of the wall clock where the operator sits. */
export function wallTime(ms: number): string {
  const d = new Date(ms)
  return [d.getHours(), d.getMinutes(), d.getSeconds()].map((n) => String(n).padStart(2, '0')).join(':')
}

/** Date of an earlier alert: month and day, with the year when it is another one. */
export function dayText(at: string, now: number): string {
  const d = new Date(at)
  const md = `${String(d.getMonth() + 1).padStart(2, '0')}-${String(d.getDate()).padStart(2, '0')}`
  return d.getFullYear() === new Date(now).getFullYear() ? md : `${d.getFullYear()}-${md}`
}

/** A telephone number in groups that can be read aloud and may break across lines. */
export function phoneText(phone: string): string {
  const m = /^\+86(1\d{2})(\d{4})(\d{4})$/.exec(phone)
  return m ? `+86 ${m[1]} ${m[2]} ${m[3]}` : phone
}
