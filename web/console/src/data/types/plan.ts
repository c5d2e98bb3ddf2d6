import type { Text } from './common'

/** A version of a plan: its text, and who wrote it. A version without a text is its withdrawal. */
export interface PlanDoc { id: string; centre: string; version: number; name: Text | null; body: string; author: string; at?: string }

export interface StepTold {
  step: string; do: string
  /** from where its clock counts: the code, and in words */
  after: string; from: string
  at: string; at_s: number; when: string; what: string; only?: string[]
}

/** A plan in the words of one language. */
export interface PlanTold { name: string; about?: string; facts: string[]; steps: StepTold[]; rules: string }
export interface Told { zh: PlanTold; en: PlanTold }

/** The newest version of a plan. told comes with one plan, not in a list. */
export interface PlanView extends PlanDoc { for: string[]; priority: number; told?: Told }

export interface PlanMistake { line: number; column: number; path?: string; problem: string; told: Text }
/** What the server says of a text: what is wrong, and when nothing is, the text in words. */
export interface PlanCheck { items: PlanMistake[]; told?: Told }

export interface Considered { plan: string; name: Text; centre?: string; chosen: boolean; why: string[]; told: Text }
export interface PlanChoice { chosen: PlanDoc; plans: Considered[] }

export interface TryAnswer { who: string; what: string; after_s: number }
export interface TryAsk { elder: string; kind: string; at?: string; plan?: string; body?: string; answers: TryAnswer[]; for_s: number }
export interface TryLine { after_s: number; event: string; step?: string; person?: string; part?: string; level?: number; to?: string; channel?: string; answer?: string; told: Text }
/** A plan played through; silent: answers for which nobody was asked. */
export interface Trial { plan: string; kind: string; state: string; lines: TryLine[]; silent?: string[] }
