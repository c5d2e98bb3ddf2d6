// A stand-in for the server: the console's contract, a map, a scene. For development only.
//   node mock/server.mjs [port]      then http://127.0.0.1:18400/console/  (any name, any password but "wrong"; "admin" administers)
import { createServer } from 'node:http'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { adminAnswer } from './admin.mjs'
import { elders, contacts, centre } from './city.mjs'
import { World } from './world.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const dist = join(here, '../dist')
const city = join(here, '../../../geo/mapdata/shanghai-centre.pmtiles')
const port = Number(process.argv[2] ?? 18400)
const world = new World()
world.fast = Number(process.env.FAST ?? 0) || undefined
const state = { mute: false, loggedIn: new Set() }
const streams = new Set()
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; media-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }

function json(res, status, body) {
  res.writeHead(status, { 'Content-Type': status >= 400 ? 'application/problem+json' : 'application/json', 'Cache-Control': 'no-store' })
  res.end(body === undefined ? undefined : JSON.stringify(body))
}
const problem = (res, status, detail) => json(res, status, { type: 'about:blank', title: 'problem', status, detail })

async function bodyOf(req) {
  let s = ''
  for await (const c of req) s += c
  return s ? JSON.parse(s) : {}
}

function stream(req, res) {
  res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  const send = (type, id, data) => state.mute || res.write(`event: ${type}\n${id ? `id: ${id}\n` : ''}data: ${JSON.stringify(data)}\n\n`)
  if (!state.mute) send('snapshot', 0, { seq: world.global, now: new Date().toISOString(), alerts: [...world.alerts.values()].filter((a) => !['closed', 'cancelled', 'joined'].includes(a.state)) })
  const beat = setInterval(() => state.mute || res.write(': beat\n\n'), 10_000)
  world.listeners.add(send)
  streams.add(res)
  req.on('close', () => {
    clearInterval(beat)
    world.listeners.delete(send)
    streams.delete(res)
  })
}

function pmtiles(req, res) {
  const data = readFileSync(city)
  const m = /bytes=(\d+)-(\d*)/.exec(req.headers.range ?? '')
  if (!m) return res.writeHead(200, { 'Content-Length': data.length }).end(data)
  const end = Math.min(data.length - 1, m[2] ? Number(m[2]) : data.length - 1)
  res.writeHead(206, { 'Content-Range': `bytes ${m[1]}-${end}/${data.length}`, 'Accept-Ranges': 'bytes' }).end(data.subarray(Number(m[1]), end + 1))
}

function file(res, path) {
  const name = normalize(path.replace(/^\/console\/?/, '') || 'index.html')
  let full = join(dist, name)
  if (!full.startsWith(dist) || !existsSync(full) || statSync(full).isDirectory()) full = join(dist, 'index.html')
  res.writeHead(200, { 'Content-Type': types[extname(full)] ?? 'application/octet-stream', 'Content-Security-Policy': csp })
  res.end(readFileSync(full))
}

function scene(res, name) {
  if (name === 'mute') state.mute = true
  else if (name === 'unmute') state.mute = false
  else if (name === 'deaf' || name === 'hears') state.deaf = name === 'deaf'
  else if (name === 'drop') streams.forEach((s) => s.destroy())
  else {
    world.scene(name)
    streams.forEach((s) => s.destroy())
  }
  json(res, 200, { scene: name })
}

async function route(req, res) {
  const url = new URL(req.url, 'http://x')
  const path = url.pathname
  if (path.startsWith('/console')) return file(res, path)
  if (path === '/basemap/city.pmtiles') return pmtiles(req, res)
  if (path.startsWith('/mock/')) return scene(res, path.slice(6))
  if (path === '/v1/config') return json(res, 200, { demo: true, map: { center: centre, zoom: 14.6, attribution: '© OpenStreetMap' }, basemap: '/basemap/city.pmtiles', outcomes: ['helped', 'hospital', 'family', 'false_alarm', 'test', 'other'] })
  const cookie = /seat=(\w+)/.exec(req.headers.cookie ?? '')?.[1]
  if (path === '/v1/session' && req.method === 'POST') {
    const b = await bodyOf(req)
    if (b.password === 'wrong') return problem(res, 401, 'wrong name or password')
    state.loggedIn.add('x1')
    state.admin = b.name === 'admin'
    res.setHeader('Set-Cookie', 'seat=x1; Path=/; HttpOnly; SameSite=Strict')
    return json(res, 200, session())
  }
  if (!state.loggedIn.has(cookie)) return problem(res, 401, 'log in first')
  if (path === '/v1/session') return req.method === 'DELETE' ? (state.loggedIn.clear(), json(res, 204)) : json(res, 200, session())
  if (path === '/v1/stream') return stream(req, res)
  if (path === '/demo/press') return pressed(res, await bodyOf(req))
  return api(req, res, url)
}

// Who is logged in; an older server names no actions, so the role alone decides what is shown.
const session = () => ({ operator: state.admin ? { ...world.operator, id: 'op9', name: 'admin', display_name: '陆文静', role: 'admin', centre: 'city' } : world.operator, centres: ['city', 'huangpu'] })

function pressed(res, b) {
  const e = b.elder ?? elders.find((x) => ![...world.alerts.values()].some((a) => a.elder === x.id && a.state !== 'closed'))?.id ?? 'e1'
  const a = world.raise(e)
  json(res, 200, { alert: a.id, elder: e })
}

function seat(res, b) {
  state.seat = { operator: world.operator.id, centre: 'ct1', state: b.free ? 'free' : 'away', beat_at: new Date().toISOString(), turn_at: null, beat_s: 15, stale_s: 45 }
  json(res, 200, state.seat)
}

async function api(req, res, url) {
  const [, , noun, id, verb] = url.pathname.split('/')
  if (noun === 'alerts' && !id) {
    const e = url.searchParams.get('elder')
    const list = [...world.alerts.values()].filter((a) => (e ? a.elder === e : a.state === url.searchParams.get('state')))
    return json(res, 200, { items: list.sort((a, b) => b.raised_at.localeCompare(a.raised_at)), next: null })
  }
  if (noun === 'alerts') {
    const a = world.alerts.get(id)
    if (!a) return problem(res, 404, 'no such alert')
    if (!verb) return json(res, 200, world.detail(a))
    if (verb === 'events') return json(res, 200, { items: world.events.get(id) ?? [], next: null })
    if (verb === 'candidates') return json(res, 200, world.near(a))
    if (verb === 'people') {
      const from = Number(url.searchParams.get('cursor') || 0)
      const list = world.silent.filter((p) => p.state === (url.searchParams.get('state') || p.state))
      return json(res, 200, { items: list.slice(from, from + 30), next: list.length > from + 30 ? String(from + 30) : null })
    }
    if (verb === 'check') return json(res, 200, world.checkOn(a, await bodyOf(req)).alert)
    const r = world.command(a, verb, await bodyOf(req))
    return r.problem ? json(res, r.problem.status, r.problem) : json(res, 200, r.alert)
  }
  if (noun === 'elders' && !id) {
    const q = url.searchParams.get('q') ?? ''
    return json(res, 200, { items: elders.filter((e) => e.name.includes(q) || e.address.includes(q) || e.phones[0].includes(q)), next: null })
  }
  if (noun === 'elders' && verb === 'contacts') return json(res, 200, { items: contacts[id] ?? [], next: null })
  if (noun === 'elders') return json(res, 200, elders.find((e) => e.id === id))
  if (noun === 'devices') return json(res, 200, { items: world.devices(url.searchParams.get('elder')), next: null })
  const known = state.admin && req.method === 'GET' ? adminAnswer(url.pathname) : undefined
  if (known) return json(res, 200, known)
  if (noun === 'seat') return state.deaf ? res.destroy() : seat(res, await bodyOf(req))
  if (noun === 'seats') return json(res, 200, { items: [state.seat, ...world.seats()].filter(Boolean) })
  if (noun === 'operators' && id) return json(res, 200, { id, name: id, display_name: { op1: '周晓', op2: '吴凡', op3: '林班长' }[id] ?? id })
  if (noun === 'operators') return json(res, 200, { items: [world.operator, { id: 'op2', name: 'wu', display_name: '吴凡', role: 'operator' }, { id: 'op3', name: 'lin', display_name: '林班长', role: 'supervisor' }], next: null })
  problem(res, 404, url.pathname)
}

createServer((req, res) => route(req, res).catch((e) => problem(res, 500, String(e)))).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/console/`))
if (process.env.SCENE) world.scene(process.env.SCENE)
