import type {
  Alert, AlertEvent, Candidate, ClosedRoad, Config, Detail, Device, Elder, OpenSeat, Operator, OutagePerson, PastAlert, Problem, RoadWay, Session,
} from './types'

/** A request that did not do what was asked. status 0: it never reached the server. */
export class ApiError extends Error {
  readonly status: number
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.detail || problem.title || `HTTP ${problem.status}`)
    this.status = problem.status
    this.problem = problem
  }
}

/** Asks the person to prove again who they are; true when they have. The dialog that can do so sets it. */
export const stepUp: { ask: (factors: string[]) => Promise<boolean> } = { ask: () => Promise.resolve(false) }

/** Told when the session has to do something before anything else, such as to show a factor that was added meanwhile. */
export const lacking: { tell: () => void } = { tell: () => undefined }

const timeoutMs = 10_000
const uploadMs = 300_000

// crypto.randomUUID is missing on plain http pages of a local network; getRandomValues is not.
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('')
}

/** body: a value becomes JSON, a file goes as it is. key: given when a repeat must not do the thing twice. */
export async function request<T>(method: string, path: string, body?: unknown, key = newKey()): Promise<T> {
  const file = body instanceof Blob
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': document.documentElement.lang || 'zh-CN' }
  if (body !== undefined) headers['Content-Type'] = file ? body.type || 'application/octet-stream' : 'application/json'
  if (method === 'POST') headers['Idempotency-Key'] = key
  let r: Response
  try {
    r = await fetch(path, {
      method, headers, credentials: 'same-origin', cache: 'no-store',
      body: body === undefined ? undefined : file ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(file ? uploadMs : timeoutMs),
    })
  } catch {
    throw new ApiError({ status: 0, title: 'network' })
  }
  if (!r.ok) {
    const problem = await problemOf(r)
    // What is dangerous asks again who one is; then the same request is sent once more.
    if (problem.type?.endsWith(':step-up') && (await stepUp.ask(problem.factors ?? []))) return request<T>(method, path, body, key)
    if (problem.type?.endsWith(':lacks')) lacking.tell()
    throw new ApiError(problem)
  }
  if (r.status === 204) return undefined as T
  const text = await r.text()
  return (text ? JSON.parse(text) : undefined) as T
}

async function problemOf(r: Response): Promise<Problem> {
  try {
    const p = (await r.json()) as Partial<Problem>
    return { ...p, status: r.status }
  } catch {
    return { status: r.status, title: r.statusText }
  }
}

// Lists come as {"items":[…]}; a bare array is understood too.
async function items<T>(path: string): Promise<T[]> {
  const r = await request<{ items?: T[] } | T[]>('GET', path)
  return Array.isArray(r) ? r : (r?.items ?? [])
}

export const id = encodeURIComponent

export const api = {
  session: () => request<Session>('GET', '/v1/session'),
  login: (name: string, password: string, code = '') => request<Session>('POST', '/v1/session', code ? { name, password, code } : { name, password }),
  logout: () => request<void>('DELETE', '/v1/session'),
  config: () => request<Config>('GET', '/v1/config'),
  alert: (a: string) => request<Alert & Detail>('GET', `/v1/alerts/${id(a)}`),
  events: (a: string, limit: number, cursor = '') => request<{ items: AlertEvent[]; next: string | null }>('GET', `/v1/alerts/${id(a)}/events?limit=${limit}&cursor=${id(cursor)}`),
  candidates: (a: string) => request<{ items: Candidate[]; left_out?: Candidate[] }>('GET', `/v1/alerts/${id(a)}/candidates?limit=30`),
  command: (a: string, name: string, body: object) => request<Alert>('POST', `/v1/alerts/${id(a)}/${name}`, body),
  outagePeople: (a: string, state: string, limit: number, cursor = '') => request<{ items: OutagePerson[]; next: string | null }>('GET', `/v1/alerts/${id(a)}/people?state=${id(state)}&limit=${limit}&cursor=${id(cursor)}`),
  recent: () => items<Alert>('/v1/alerts?state=closed&limit=12'),
  elders: (q: string) => items<Elder>(`/v1/elders?limit=12&q=${id(q)}`),
  elder: (e: string) => request<Elder>('GET', `/v1/elders/${id(e)}`),
  contacts: (e: string) => items<NonNullable<Detail['contacts']>[number]>(`/v1/elders/${id(e)}/contacts`),
  devices: (e: string) => items<Device>(`/v1/devices?elder=${id(e)}`),
  history: (e: string) => items<PastAlert>(`/v1/alerts?elder=${id(e)}&limit=10`),
  operators: () => items<Operator>('/v1/operators'),
  seats: () => items<OpenSeat>('/v1/seats'),
  beat: (free: boolean) => request<OpenSeat>('POST', '/v1/seat', { free }),
  route: (from: [number, number], to: [number, number], mode: string) => request<RoadWay>('GET', `/v1/route?from=${from[1]},${from[0]}&to=${to[1]},${to[0]}&mode=${id(mode)}`),
  closures: () => items<ClosedRoad>('/v1/closures'),
  closeRoad: (body: { lat: number; lon: number; reason: string; modes: string[] }) => request<ClosedRoad>('POST', '/v1/closures', body),
  openRoad: (c: string) => request<ClosedRoad>('DELETE', `/v1/closures/${id(c)}`),
  press: (elder?: string) => request<{ alert: string; elder: string }>('POST', '/demo/press', elder ? { elder } : {}),
}
