import { id, request } from './api'
import { all, list, search, type Params } from './registry'
import type {
  Agreement, Area, AreaReport, AuditRow, BreakGlass, Checkpoint, CustomField, Delivery, Head, Move, Page, PrivacyRequest, RetentionRule, Role, Roles, Service,
  SessionRow, Token, Webhook,
} from './types'

type Fields = Record<string, unknown>

/** The administration's part of the contract. */
export const admin = {
  password: (operator: string, password: string) => request<void>('PUT', `/v1/operators/${id(operator)}/password`, { password, temporary: true }),
  resetFactors: (operator: string) => request<void>('DELETE', `/v1/operators/${id(operator)}/factors`),
  sessions: (operator: string) => all<SessionRow>('/v1/sessions', { operator, open: 'true' }),

  roles: () => request<Roles>('GET', '/v1/roles'),
  createRole: (role: Fields) => request<Role>('POST', '/v1/roles', role),
  changeRole: (role: string, patch: Fields) => request<Role>('PATCH', `/v1/roles/${id(role)}`, patch),
  archiveRole: (role: string) => request<void>('DELETE', `/v1/roles/${id(role)}`),

  tokens: () => all<Token>('/v1/tokens'),
  createToken: (body: Fields) => request<{ token: Token; plain: string }>('POST', '/v1/tokens', body),
  revokeToken: (token: string) => request<void>('DELETE', `/v1/tokens/${id(token)}`),

  agreements: () => all<Agreement>('/v1/agreements', { limit: 200 }),
  createAgreement: (body: Fields) => request<Agreement>('POST', '/v1/agreements', body),
  changeAgreement: (agreement: Head, patch: Fields) => request<Agreement>('PATCH', `/v1/agreements/${id(agreement.id)}`, { ...patch, version: agreement.version }),
  endAgreement: (agreement: string) => request<void>('DELETE', `/v1/agreements/${id(agreement)}`),

  moves: (state: string) => all<Move>('/v1/moves', { state, limit: 200 }),
  answerMove: (move: string, answer: 'accept' | 'decline' | 'withdraw', note: string) => request<Move>('POST', `/v1/moves/${id(move)}/${answer}`, { note }),

  audit: (ask: Params): Promise<Page<AuditRow>> => list<AuditRow>('/v1/audit', ask),
  auditFile: (ask: Params) => `/v1/audit/export${search(ask)}`,
  checkpoint: () => request<Checkpoint>('GET', '/v1/audit/checkpoint'),

  requests: (open: boolean) => all<PrivacyRequest>('/v1/privacy/requests', { open: open ? 'true' : undefined }),
  request: (body: Fields) => request<PrivacyRequest>('POST', '/v1/privacy/requests', body),
  answerRequest: (r: PrivacyRequest, body: Fields) => request<PrivacyRequest>('PATCH', `/v1/privacy/requests/${id(r.id)}`, { ...body, version: r.version }),
  subjectAccess: (elder: string) => `/v1/elders/${id(elder)}/subject-access`,
  erase: (elder: string, reason: string, why: string) => request<void>('POST', `/v1/elders/${id(elder)}/erase`, { reason, request: why }),

  retention: () => all<RetentionRule>('/v1/retention'),
  keep: (kind: string, days: number) => request<RetentionRule>('PATCH', '/v1/retention', { kind, days }),

  glasses: (ask: Params) => all<BreakGlass>('/v1/break-glass', { limit: 100, ...ask }),
  breakGlass: (elder: string, reason: string) => request<BreakGlass>('POST', '/v1/break-glass', { elder, reason }),
  endGlass: (glass: string) => request<BreakGlass>('POST', `/v1/break-glass/${id(glass)}/end`, {}),
  reviewGlass: (glass: string, verdict: string, note: string) => request<BreakGlass>('POST', `/v1/break-glass/${id(glass)}/review`, { verdict, note }),

  webhooks: () => all<Webhook>('/v1/webhooks'),
  createWebhook: (body: Fields) => request<Webhook & { secret: string }>('POST', '/v1/webhooks', body),
  dropWebhook: (hook: string) => request<void>('DELETE', `/v1/webhooks/${id(hook)}`),
  deliveries: (hook: string) => all<Delivery>(`/v1/webhooks/${id(hook)}/deliveries`, { limit: 50 }),
  testWebhook: (hook: string) => request<{ delivery: string }>('POST', `/v1/webhooks/${id(hook)}/test`, {}),
  rotateWebhook: (hook: string) => request<{ secret: string }>('POST', `/v1/webhooks/${id(hook)}/rotate`, {}),
  setWebhook: (hook: string, to: 'pause' | 'resume') => request<Webhook>('POST', `/v1/webhooks/${id(hook)}/${to}`, {}),

  customFields: () => all<CustomField>('/v1/custom-fields', { limit: 500 }),
  createField: (body: Fields) => request<CustomField>('POST', '/v1/custom-fields', body),
  changeField: (f: CustomField, patch: Fields) => request<CustomField>('PATCH', `/v1/custom-fields/${id(f.id)}`, { ...patch, version: f.version }),
  dropField: (field: string) => request<void>('DELETE', `/v1/custom-fields/${id(field)}`),

  services: () => all<Service>('/v1/services', { deprecated: 'true' }),
  createService: (body: Fields) => request<Service>('POST', '/v1/services', body),
  changeService: (s: Service, patch: Fields) => request<Service>('PATCH', `/v1/services/${id(s.code)}`, { ...patch, version: s.version }),
  dropService: (code: string) => request<void>('DELETE', `/v1/services/${id(code)}`),

  areasOf: (parent: string) => all<Area>('/v1/areas', { parent, limit: 500, count: 'elders' }),
  findAreas: (q: string) => all<Area>('/v1/areas', { q, limit: 50, count: 'elders', abolished: 'true' }),
  area: async (code: string) => (await all<Area>('/v1/areas', { code, limit: 1 }))[0],
  importAreas: (file: Blob) => request<AreaReport>('POST', '/v1/areas/import', new Blob([file], { type: 'text/csv' })),
}
