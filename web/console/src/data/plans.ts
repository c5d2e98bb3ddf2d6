import { id, request } from './api'
import { all, search, type Params } from './registry'
import type { PlanCheck, PlanChoice, PlanDoc, PlanView, TryAsk, Trial } from './types'

/** The response plans' part of the contract. */
export const plans = {
  list: () => all<PlanView>('/v1/plans'),
  one: (plan: string) => request<PlanView>('GET', `/v1/plans/${id(plan)}`),
  versions: (plan: string) => all<PlanDoc>(`/v1/plans/${id(plan)}/versions`),
  /** base: the version that the text was made from; 0 when there is none yet */
  save: (body: string, centre: string, base: number) => request<PlanDoc>('POST', '/v1/plans', { body, centre, base }),
  withdraw: (plan: string, centre: string) => request<void>('DELETE', `/v1/plans/${id(plan)}${search({ centre })}`),
  check: (body: string) => request<PlanCheck>('POST', '/v1/plans/check', { body }),
  try: (ask: TryAsk) => request<Trial>('POST', '/v1/plans/try', ask),
  explain: (params: Params) => request<PlanChoice>('GET', `/v1/plans/explain${search(params)}`),
}
