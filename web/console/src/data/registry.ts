import { id, request } from './api'
import type {
  AccountRecord, AddressHit, Area, AskedRecord, Attachment, Availability, CallerClass, CentreRecord, Consent, ContactRecord, CustomField, DeviceRecord, Due, Duplicate, ElderRecord, Grade, Head, HelperRecord, HistoryEntry, Import,
  Page, PastAlert,
  ProviderRecord, Reached, SafeZone, Service, Signal, ZoneList,
} from './types'

// The registry's part of the contract: the same few verbs for every kind of record.

export interface Records {
  elders: ElderRecord; contacts: ContactRecord; devices: DeviceRecord; helpers: HelperRecord; providers: ProviderRecord
  centres: CentreRecord; operators: AccountRecord; 'caller-classes': CallerClass & Head
}
export type Noun = keyof Records
export type Params = Record<string, string | number | undefined>

export function search(params: Params): string {
  const s = new URLSearchParams()
  for (const [k, v] of Object.entries(params)) if (v !== undefined && v !== '') s.set(k, String(v))
  const text = s.toString()
  return text ? '?' + text : ''
}

export async function list<T>(path: string, params: Params = {}): Promise<Page<T>> {
  const r = await request<Partial<Page<T>> | T[]>('GET', path + search(params))
  return Array.isArray(r) ? { items: r, next: null } : { items: r.items ?? [], next: r.next ?? null, total: r.total ?? null, partial: r.partial ?? false }
}
export const all = async <T>(path: string, params: Params = {}): Promise<T[]> => (await list<T>(path, params)).items

export const registry = {
  list: <N extends Noun>(noun: N, params: Params = {}) => list<Records[N]>(`/v1/${noun}`, params),
  get: <N extends Noun>(noun: N, key: string) => request<Records[N]>('GET', `/v1/${noun}/${id(key)}`),
  /** key: the same for the same record however often it is sent; a repeat makes no second one. */
  create: <N extends Noun>(noun: N, body: object, key?: string) => request<Records[N]>('POST', `/v1/${noun}`, body, key),
  change: <N extends Noun>(noun: N, key: string, patch: object) => request<Records[N]>('PATCH', `/v1/${noun}/${id(key)}`, patch),
  archive: (noun: Noun, key: string) => request<void>('DELETE', `/v1/${noun}/${id(key)}`),
  history: (noun: string, key: string, cursor?: string) => list<HistoryEntry>(`/v1/${noun}/${id(key)}/history`, { cursor, limit: 50 }),

  contacts: (elder: string) => all<ContactRecord>(`/v1/elders/${id(elder)}/contacts`),
  reached: (elder: string) => all<Reached>(`/v1/elders/${id(elder)}/reachability`),
  devices: (elder: string) => all<DeviceRecord>('/v1/devices', { elder, limit: 50 }),
  signals: (device: string) => all<Signal>(`/v1/devices/${id(device)}/signals`, { limit: 10 }),
  alerts: (elder: string) => all<PastAlert>('/v1/alerts', { elder, limit: 10 }),
  /** into the household of somebody; with nobody: out of theirs */
  join: (elder: string, other: string) => request<ElderRecord>('POST', `/v1/elders/${id(elder)}/household`, { with: other }),
  household: (household: string) => all<ElderRecord>('/v1/elders', { household, limit: 20 }),
  consents: (elder: string) => all<Consent>(`/v1/elders/${id(elder)}/consents`),
  consent: (elder: string, body: object, key?: string) => request<Consent>('POST', `/v1/elders/${id(elder)}/consents`, body, key),
  withdraw: (consent: string, body: object) => request<Consent>('POST', `/v1/consents/${id(consent)}/withdraw`, body),
  zones: (elder: string) => request<ZoneList>('GET', `/v1/elders/${id(elder)}/zones`),
  drawZone: (elder: string, body: object) => request<SafeZone>('POST', `/v1/elders/${id(elder)}/zones`, body),
  changeZone: (zone: string, patch: object) => request<SafeZone>('PATCH', `/v1/zones/${id(zone)}`, patch),
  archiveZone: (zone: string) => request<void>('DELETE', `/v1/zones/${id(zone)}`),
  attachments: (noun: Noun, key: string) => all<Attachment>(`/v1/${noun}/${id(key)}/attachments`),
  attach: (noun: Noun, key: string, file: File, kind: string) =>
    request<Attachment>('POST', `/v1/${noun}/${id(key)}/attachments${search({ kind, title: file.name })}`, file),
  attachment: (key: string) => `/v1/attachments/${id(key)}`,
  detach: (key: string) => request<void>('DELETE', `/v1/attachments/${id(key)}`),

  due: () => all<Due>('/v1/due', { days: 90 }),
  availability: (helper: string) => request<Availability>('GET', `/v1/helpers/${id(helper)}/availability`),
  askedOf: (helper: string) => request<AskedRecord>('GET', `/v1/helpers/${id(helper)}/asked`),
  grade: (noun: 'helpers' | 'providers', key: string) => request<Grade>('GET', `/v1/${noun}/${id(key)}/grade`),
  services: () => all<Service>('/v1/services', { limit: 500 }),
  areas: (params: Params) => all<Area>('/v1/areas', { limit: 12, ...params }),
  customFields: (resource: string) => all<CustomField>('/v1/custom-fields', { resource }),
  classes: (params: Params) => all<CallerClass>('/v1/caller-classes', params),
  classify: (body: object) => request<CallerClass>('POST', '/v1/caller-classes', body),
  unclassify: (key: string) => request<void>('DELETE', `/v1/caller-classes/${id(key)}`),
  /** near: from where the nearest come first; without it the server takes the middle of the map */
  addresses: (q: string, near?: { lat: number; lon: number } | null, limit = 6) => all<AddressHit>('/v1/addresses', { q: q.slice(0, 200), limit, lat: near?.lat, lon: near?.lon }),
  duplicates: () => all<Duplicate>('/v1/elders/duplicates', { limit: 50 }),
  merge: (into: string, body: object) => request<ElderRecord>('POST', `/v1/elders/${id(into)}/merge`, body),
  move: (elder: string, body: object) => request<{ id?: string; state?: string }>('POST', `/v1/elders/${id(elder)}/move`, body),

  imports: () => all<Import>('/v1/imports'),
  stage: (kind: string, file: File) => request<Import>('POST', `/v1/imports${search({ kind })}`, file),
  staged: (key: string) => request<Import>('GET', `/v1/imports/${id(key)}`),
  order: (key: string, change: object) => request<Import>('PATCH', `/v1/imports/${id(key)}`, change),
  check: (key: string) => request<Import>('POST', `/v1/imports/${id(key)}/check`, {}),
  run: (key: string) => request<Import>('POST', `/v1/imports/${id(key)}/run`, {}),
  discard: (key: string) => request<void>('DELETE', `/v1/imports/${id(key)}`),
  refusedFile: (key: string) => `/v1/imports/${id(key)}/refused.csv`,
  exportFile: (kind: string, params: Params) => `/v1/exports/${kind}${search(params)}`,
}
