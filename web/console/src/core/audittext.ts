import type { Lang } from '../data/types'
import { code, hasWord, sayAny } from './words'

// What an action of the audit log is called. noun.verb; there are many, so a word is put together where it has none of its own.

/** Several of a kind are called like one of them. */
const singular: Record<string, string> = {
  elders: 'elder', contacts: 'contact', devices: 'device', helpers: 'helper', providers: 'provider', centres: 'centre', operators: 'operator',
  events: 'event', signals: 'signal', areas: 'area', privacy_requests: 'privacy_request', keys: 'key', tokens: 'token', roles: 'role',
  moves: 'move', alerts: 'alert', consents: 'consent', zones: 'zone', attachments: 'attachment', certificates: 'certificate', caller_classes: 'caller_class', agreements: 'agreement',
}

export function recordText(lang: Lang, noun: string): string {
  return code(lang, 'rec', singular[noun] ?? noun)
}

/** elder.seen → 查看老人, saw an elder. An action that we have no words for stays as it is. */
export function actionText(lang: Lang, action: string): string {
  const [noun = '', verb = ''] = action.split('.')
  if (!hasWord(`verb.${verb}`) || !hasWord(`rec.${singular[noun] ?? noun}`)) return action
  return sayAny(lang, `verb.${verb}`, { what: recordText(lang, noun) })
}
