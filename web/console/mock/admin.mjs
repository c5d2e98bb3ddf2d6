// What the administration reads, for the stand-in: a small service with two centres. Log in as "admin".
const ago = (hours) => new Date(Date.now() - hours * 3_600_000).toISOString()
const head = { version: 1, created_at: ago(900), updated_at: ago(30), archived_at: null }
const text = (zh, en) => ({ zh, en })
const person = (id, name, display_name, role, centre = 'huangpu') => ({ id, name, display_name, role, centre, provider: '', phone: '+8619900400003', language: 'zh', ...head })
const role = (id, name, about, actions, fields) => ({ id, centre: '', name, about, kind: 'person', actions, fields, built_in: true, ...head })

const operators = [person('op1', 'zhou', '周晓', 'operator'), person('op3', 'lin', '林班长', 'supervisor'), person('op9', 'admin', '陆文静', 'admin', 'city')]
const centres = [{ id: 'city', name: '市应急呼叫中心', parent: '', phone: '', level: 'city', hours: [], time_zone: 'Asia/Shanghai', ...head }, { id: 'huangpu', name: '黄浦区一键通中心', parent: 'city', phone: '+8619900400002', level: 'county', hours: [], time_zone: 'Asia/Shanghai', requires_background_check: true, ...head }]
const actions = ['alerts.see', 'alerts.work', 'elders.see', 'elders.change', 'operators.see', 'operators.change', 'roles.see', 'roles.change', 'audit.see', 'privacy.see']
const records = [{ record: 'contact', fields: { open: ['id'], personal: ['name'], number: ['phones'] } }, { record: 'elder', fields: { open: ['id'], personal: ['name', 'address'], number: ['phones'], health: ['illnesses'], access: ['access'] } }]
const roles = {
  items: [
    role('operator', text('座席', 'Operator'), text('接警、处置、登记老人', 'Takes alerts, works them, enrols elders'), ['alerts.see', 'alerts.work', 'elders.see', 'elders.change'], [{ of: ['*'], class: ['open', 'personal', 'number'], may: ['see'] }, { of: ['*'], class: ['health', 'access'], may: ['see'], when: ['during_alert'] }, { of: ['*'], class: ['*'], may: ['change'] }]),
    role('supervisor', text('班长', 'Supervisor'), text('带班', 'Leads a shift'), actions.slice(0, 6), [{ of: ['*'], class: ['*'], may: ['see', 'change'] }]),
    role('admin', text('系统管理员', 'Administrator'), text('一切', 'Everything'), actions, [{ of: ['*'], class: ['*'], may: ['see', 'change', 'export'] }]),
  ],
  next: null, actions, records, rights: ['see', 'see_masked', 'change', 'export'], situations: ['always', 'own_centre', 'during_alert', 'own_record', 'after_accept'],
}
const row = (seq, hours, action, resource, id, more = {}) => ({ chain: 'c1', seq, at: ago(hours), actor: { kind: 'operator', id: 'op1', name: '周晓' }, action, resource, id, subject: id, centre: 'huangpu', alert: '', fields: [], count: null, query: null, note: '', data: null, unread: false, ...more })

/** The lists by their address; what is not here the stand-in does not know. */
const lists = {
  operators,
  centres,
  tokens: [{ id: 't1', name: '设备网关', scope: 'signals', prefix: 'anl_5655', centre: '', device: '', created_at: ago(900), expires: ago(-500), used_at: ago(0.1), revoked_at: null }],
  agreements: [{ id: 'g1', centre: 'huangpu', to: 'city', kinds: [], hours: [], after_s: 60, from: '', until: '', note: '夜间互助', ...head }],
  moves: [{ id: 'm1', resource: 'elder', record: 'e1', centre: 'huangpu', to: 'city', reason: '随女儿搬家', state: 'requested', by: 'op3', decided_by: '', decided_at: null, note: '', ...head }],
  audit: [row(3, 0.2, 'elder.seen', 'elder', 'e1', { fields: ['name', 'address', 'access'] }), row(2, 3, 'elder.changed', 'elder', 'e1', { fields: ['access'] }), row(1, 9, 'elders.listed', 'elder', '', { count: 12, query: { q: '张' } })],
  'privacy/requests': [{ id: 'q1', centre: 'huangpu', elder: 'e1', kind: 'access', who: '女儿张敏', identity: '当面看过身份证', note: '', answer: '', created_at: ago(200), due_at: ago(-500), done_at: null, version: 1 }],
  retention: [{ kind: 'positions', days: 90, min_days: 1, last_run: ago(8), last_rows: 412, name: text('位置', 'Positions'), basis: text('只保留派单与复核所需的时间', 'Only as long as dispatch needs them') }],
  'break-glass': [{ id: 'b1', elder: 'e1', centre: 'huangpu', operator: 'op1', reason: '邻居来电说老人倒在门口', at: ago(30), until: ago(29.5), ended_at: null, looks: 3, state: 'ended' }],
  webhooks: [{ id: 'w1', name: '大屏', centre: '', host: 'hooks.example.org', kinds: ['alert.raised', 'alert.closed'], state: 'active', created_at: ago(600), last_code: '204' }],
  'caller-classes': [{ id: 'k1', phone: '+8619900009999', elder: '', class: 'blacklist', reason: '多次恶作剧', until: '', by: 'op3', centre: 'huangpu', ...head }],
  'custom-fields': [{ id: 'f1', centre: 'huangpu', resource: 'elder', key: 'bed', label: text('床位', 'Bed'), type: 'text', choices: [], required: false, class: 'note', ...head }],
  areas: [{ code: '31', name: '上海市', full_name: '上海市', parent: '', level: 1, elders: 12 }],
  services: [{ code: 'meals', parent: '', name: text('助餐', 'Meals'), level: 1, built_in: true, ...head }, { code: 'meal_delivery', parent: 'meals', name: text('送餐上门', 'Meals delivered'), level: 2, built_in: true, ...head }],
  sessions: [],
}

/** The answer to a reading request of the administration; undefined when it is none. */
export function adminAnswer(path) {
  const what = path.replace(/^\/v1\//, '')
  if (what === 'roles') return roles
  if (what === 'audit/checkpoint') return { size: 7, root: 'x', at: ago(0.01), note: 'anling audit checkpoint\n7\n', key: 'anling+1' }
  if (lists[what]) return { items: lists[what], next: null, total: { n: lists[what].length, at_least: false } }
  const [noun, id, more] = what.split('/')
  if (more === 'history' || more === 'deliveries') return { items: [], next: null }
  return more ? undefined : lists[noun]?.find((x) => x.id === id)
}
