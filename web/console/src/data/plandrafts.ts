import { drafts } from './drafts.svelte'

// The text of a plan that is being written. It is about no person, so that it may outlive the page: a reload, or a browser that
// went down, does not cost an evening's work. It belongs to this tab and to who wrote it.

/** base: the plan and version that the text was made from; version 0: a new plan. */
export interface PlanDraft { text: string; start: string; centre: string; base: { id: string; version: number } }

const mark = 'anling.plan.'
const keyOf = (who: string, what: string): string => `${mark}${who}/${what}`
const roomOf = (what: string): string => `plans/${what}`

function read(key: string): PlanDraft | null {
  try {
    const d = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Partial<PlanDraft> | null
    return d && typeof d.text === 'string' && d.base ? { text: d.text, start: d.start ?? '', centre: d.centre ?? '', base: d.base } : null
  } catch {
    return null
  }
}

export const planDrafts = {
  get: (who: string, what: string): PlanDraft | null => read(keyOf(who, what)),

  set(who: string, what: string, d: PlanDraft): void {
    drafts.set(roomOf(what), { base: {}, mine: {} })
    try {
      sessionStorage.setItem(keyOf(who, what), JSON.stringify(d))
    } catch {
      // full or forbidden: it lives as long as the page, and the browser asks before that goes
    }
  },

  drop(who: string, what: string): void {
    drafts.drop(roomOf(what))
    sessionStorage.removeItem(keyOf(who, what))
  },

  /** After a reload: the navigation shows again that there is unsaved work. */
  again(who: string): void {
    const mine = keyOf(who, '')
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(mine) && read(key)) drafts.set(roomOf(key.slice(mine.length)), { base: {}, mine: {} })
  },
}
