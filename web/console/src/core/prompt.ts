import type { Alert, Elder, Lang } from '../data/types'
import { clockText, millis } from './time'
import { code, say } from './words'

export type Service = 'ambulance' | 'police' | 'fire'

/** Which public service this alert asks for: what the plan prompted last, else what the kind suggests. */
export function serviceOf(a: Alert): Service {
  const last = a.prompts?.at(-1)?.kind
  if (last === 'ambulance' || last === 'police' || last === 'fire') return last
  if (a.silent || a.kind === 'silent') return 'police'
  return ['smoke', 'gas'].includes(a.kind) ? 'fire' : 'ambulance'
}

export const numbers: Record<Service, string> = { ambulance: '120', police: '110', fire: '119' }

/** What to say on the telephone, in the order in which the other side asks. The plan's own words go first. */
export function wordsToSay(a: Alert, elder: Elder | null, lang: Lang, now: number): string[] {
  const own = a.prompts?.at(-1)?.words?.[lang]
  if (own) return [own]
  const list = (x: string[] | undefined) => (x ?? []).filter(Boolean).join(lang === 'zh' ? '、' : ', ')
  const since = millis(a.pressed_at ?? a.raised_at)
  const who = [a.title || say(lang, 'ui.unidentified'), a.age ? say(lang, 'ui.age', { age: a.age }) : '', code(lang, 'sex', a.sex)].filter(Boolean)
  return [
    say(lang, 'ui.words.where', { address: a.address || say(lang, 'ui.address.none') }),
    say(lang, 'ui.words.who', { who: who.join(lang === 'zh' ? '，' : ', ') }),
    say(lang, 'ui.words.what', { kind: code(lang, 'kind', a.kind), time: since === null ? '' : clockText(now - since) }),
    elder && list(elder.illnesses) ? say(lang, 'ui.words.illness', { illness: list(elder.illnesses) }) : '',
    elder && list(elder.allergies) ? say(lang, 'ui.words.allergy', { allergy: list(elder.allergies) }) : '',
    elder?.access ? say(lang, 'ui.words.access', { access: elder.access }) : '',
  ].filter(Boolean)
}
