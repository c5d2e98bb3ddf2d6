import type { Lang, Service } from '../data/types'

export interface ServiceGroup { service: Service; children: Service[] }

/** The tree of services in two levels: classes, and all kinds below each however deep. q keeps what its name or code contains. */
export function serviceTree(all: readonly Service[], q: string, lang: Lang): ServiceGroup[] {
  const by = new Map(all.map((s) => [s.code, s]))
  const top = (s: Service): Service => {
    let at = s
    for (let i = 0; i < 5; i++) {
      const up = at.parent ? by.get(at.parent) : undefined
      if (!up) break
      at = up
    }
    return at
  }
  const text = q.trim().toLowerCase()
  const fits = (s: Service): boolean => text === '' || s.name[lang].toLowerCase().includes(text) || s.name.zh.includes(text) || s.code.toLowerCase().includes(text)
  const groups = new Map<string, ServiceGroup>()
  for (const s of all) if (top(s) === s) groups.set(s.code, { service: s, children: [] })
  for (const s of all) {
    const t = top(s)
    if (t !== s && (fits(s) || fits(t))) groups.get(t.code)?.children.push(s)
  }
  return [...groups.values()].filter((g) => text === '' || g.children.length > 0 || fits(g.service))
}

export function pickable(g: ServiceGroup): string[] {
  return g.children.length > 0 ? g.children.map((s) => s.code) : [g.service.code]
}
