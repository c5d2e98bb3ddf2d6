/// <reference types="vite/client" />
import { describe, expect, it } from 'vitest'
import { code, files, langOf, sayAny } from './words'

// The beginnings of keys that are put together at run time.
const built = ['ui.todo.', 'ui.problem.', 'ui.escalate.', 'ui.more.', 'ui.phone.', 'ui.id.', 'ui.reg.problem.', 'ui.enrol.step.', 'ui.enrol.state.', 'ui.acc.sso.', 'ui.acc.lacks.', 'ui.back.']
const all: Record<string, { zh: string; en: string }> = files
const holes = (s: string) => [...s.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort().join()
const han = /\p{Script=Han}/u

describe('the words of the console', () => {
  it('are there in both languages with the same placeholders', () => {
    for (const [key, w] of Object.entries(all)) {
      expect(w.zh.trim(), key).not.toBe('')
      expect(w.en.trim(), key).not.toBe('')
      expect(holes(w.en), key).toBe(holes(w.zh))
    }
  })
  it('leave no half-Chinese English screen', () => {
    for (const [key, w] of Object.entries(all)) if (key !== 'ui.help.lang') expect(w.en, key).not.toMatch(han)
  })
  it('are all used', () => {
    const sources = Object.values(import.meta.glob('../**/*.{ts,svelte}', { query: '?raw', import: 'default', eager: true })).join('\n')
    const unused = Object.keys(all).filter((k) => k.startsWith('ui.') && !sources.includes(`'${k}'`) && !sources.includes(`"${k}"`) && !built.some((b) => k.startsWith(b)))
    expect(unused).toEqual([])
  })
  it('show the bare code rather than nothing', () => {
    expect(sayAny('en', 'no.such')).toBe('no.such')
    expect(code('en', 'skill', '书法')).toBe('书法')
    expect(code('zh', 'kind', undefined)).toBe('')
    expect(langOf('en-GB')).toBe('en')
    expect(langOf(null)).toBe('zh')
  })
})
