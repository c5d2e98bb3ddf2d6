import account from '../../../../internal/words/account.json'
import admin from '../../../../internal/words/admin.json'
import alerts from '../../../../internal/words/alerts.json'
import ui from '../../../../internal/words/console.json'
import coverage from '../../../../internal/words/coverage.json'
import outage from '../../../../internal/words/outage.json'
import people from '../../../../internal/words/people.json'
import planpage from '../../../../internal/words/planpage.json'
import registry from '../../../../internal/words/registry.json'
import web from '../../../../internal/words/web.json'
import type { Lang } from '../data/types'

/** Every file of words that the console uses; a new one is added here. */
export const files = { ...account, ...admin, ...ui, ...alerts, ...coverage, ...outage, ...people, ...planpage, ...registry, ...web }

export type Key = keyof typeof files
type Vars = Record<string, string | number | null | undefined>

const table: Record<string, { zh: string; en: string }> = files

export function hasWord(key: string): boolean {
  return key in table
}

/** The sentence for a key that is checked by the compiler. */
export function say(lang: Lang, key: Key, vars?: Vars): string {
  return sayAny(lang, key, vars)
}

/** The sentence for a key that was put together at run time; the key itself when there is none. */
export function sayAny(lang: Lang, key: string, vars?: Vars): string {
  const text = table[key]?.[lang] ?? key
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(vars?.[name] ?? ''))
}

/** The word for a code of the data (a role, a mode, a skill); the code itself when we have no word for it. */
export function code(lang: Lang, room: string, value: string | null | undefined): string {
  if (!value) return ''
  return table[`${room}.${value}`]?.[lang] ?? value
}

export function langOf(s: string | null | undefined): Lang {
  return s?.toLowerCase().startsWith('en') ? 'en' : 'zh'
}
