// Where the console is: the part of the address behind the #. Pure; the browser is asked by data/nav.

export type PageName = 'desk' | 'elders' | 'devices' | 'helpers' | 'providers' | 'plans' | 'coverage' | 'import' | 'duplicates' | 'admin' | 'me'

/** #/elders/ID/more → page, the record and what of it; query holds what a list is filtered by. */
export interface Route { page: PageName; id: string; sub: string; query: Record<string, string> }

const names: readonly PageName[] = ['desk', 'elders', 'devices', 'helpers', 'providers', 'plans', 'coverage', 'import', 'duplicates', 'admin', 'me']

/** An address that names no page of ours leads to the desk: there the alarms are. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#?\/?/, '').split('?')
  const [page = '', id = '', ...sub] = path.split('/').map(decode)
  const known = names.find((n) => n === page)
  if (!known) return { page: 'desk', id: '', sub: '', query: {} }
  return { page: known, id, sub: sub.join('/'), query: Object.fromEntries(new URLSearchParams(search)) }
}

function decode(s: string): string {
  try {
    return decodeURIComponent(s)
  } catch {
    return s // a half-typed escape is taken as it stands
  }
}

export function formatRoute(page: PageName, id = '', sub = '', query: Record<string, string> = {}): string {
  const parts = [page, id, ...sub.split('/')].filter(Boolean).map(encodeURIComponent).join('/')
  const search = new URLSearchParams(Object.entries(query).filter(([, v]) => v !== '')).toString()
  return `#/${parts}${search ? '?' + search : ''}`
}
