import { ApiError } from './api'
import { desk } from './desk.svelte'
import { hasWord, type Key } from '../core/words'

export interface Toast { id: number; text: string; bad: boolean; undo?: () => void | Promise<void> }

const shortMs = 5000
const undoMs = 12_000

/** What has just been done, said in a corner; with a way back where there is one. */
class Toasts {
  list = $state.raw<readonly Toast[]>([])
  #next = 1

  done(text: string, undo?: () => void | Promise<void>): void {
    this.#add({ text, bad: false, undo })
  }

  /** A request that did not work, in words that say what to do. */
  failed(e: unknown): void {
    this.#add({ text: failureText(e), bad: true })
  }

  drop(id: number): void {
    this.list = this.list.filter((t) => t.id !== id)
  }

  #add(t: Omit<Toast, 'id'>): void {
    const id = this.#next++
    this.list = [...this.list.slice(-3), { ...t, id }]
    window.setTimeout(() => this.drop(id), t.undo || t.bad ? undoMs : shortMs)
  }
}

/** Advice in the language of the screen, and the server's own sentence after it. */
export function failureText(e: unknown): string {
  if (!(e instanceof ApiError)) return desk.t('ui.problem.other')
  if (e.problem.type?.endsWith(':lacks')) return desk.t('ui.acc.first')
  const key = `ui.reg.problem.${e.status}`
  const advice = desk.t((hasWord(key) ? key : hasWord(`ui.problem.${e.status}`) ? `ui.problem.${e.status}` : 'ui.problem.other') as Key)
  const fields = (e.problem.errors ?? []).map((x) => x.problem).join('; ')
  const detail = e.status === 0 || e.status >= 500 ? '' : fields || e.problem.detail || ''
  return detail ? `${advice} ${detail}` : advice
}

export const toasts = new Toasts()
