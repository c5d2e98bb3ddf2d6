import { ApiError, id, request } from './api'
import type { Browser, Factors, NewTotp, Session, SessionRow } from './types'

interface Begun { ceremony: string; public_key: unknown }
interface Codes { recovery_codes: string[] }

/** What people do with their own account. */
export const account = {
  factors: () => request<Factors>('GET', '/v1/me/factors'),
  beginTotp: () => request<NewTotp>('POST', '/v1/me/factors/totp'),
  confirmTotp: (factor: string, code: string) => request<Codes>('POST', '/v1/me/factors/totp/confirm', { id: factor, code }),
  removeFactor: (factor: string) => request<void>('DELETE', `/v1/me/factors/${id(factor)}`),
  recoveryCodes: () => request<Codes>('POST', '/v1/me/recovery-codes'),
  password: (old: string, password: string) => request<void>('POST', '/v1/me/password', { old, password }),
  prove: (how: { code?: string; password?: string; passkey?: unknown }) => request<Session>('POST', '/v1/session/step-up', how),
  sessions: () => request<{ items: SessionRow[] }>('GET', '/v1/sessions').then((r) => r.items),
  endSession: (session: string) => request<void>('DELETE', `/v1/sessions/${id(session)}`),
  browsers: () => request<{ items: Browser[] }>('GET', '/v1/browsers').then((r) => r.items),
  revokeBrowser: (browser: string) => request<void>('DELETE', `/v1/browsers/${id(browser)}`),
  redeemSeat: (code: string) => request<void>('POST', '/v1/browsers/redeem', { code }),

  async addPasskey(label: string): Promise<string[]> {
    const begun = await request<Begun>('POST', '/v1/me/passkeys/begin')
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(begun.public_key as PublicKeyCredentialCreationOptionsJSON)
    const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential | null
    if (!made) throw new Error('no passkey was made')
    return (await request<Codes>('POST', '/v1/me/passkeys/finish', { ceremony: begun.ceremony, label, credential: made.toJSON() })).recovery_codes
  },

  async usePasskey(): Promise<{ ceremony: string; credential: unknown }> {
    const begun = await request<Begun>('POST', '/v1/session/passkey/begin')
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(begun.public_key as PublicKeyCredentialRequestOptionsJSON)
    const used = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential | null
    if (!used) throw new Error('no passkey was used')
    return { ceremony: begun.ceremony, credential: used.toJSON() }
  },

  async enterByPasskey(): Promise<void> {
    await request<Session>('POST', '/v1/session/passkey/finish', await account.usePasskey())
  },
}

/** The last part of a problem's type, by which the console knows what to do. */
export function problemName(e: unknown): string {
  return e instanceof ApiError ? (e.problem.type?.split(':').at(-1) ?? '') : ''
}
