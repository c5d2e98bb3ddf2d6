import { id, request } from './api'
import { all } from './registry'
import type { Agreement, Head, Move, Role, Roles, SessionRow, Token } from './types'

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
}
