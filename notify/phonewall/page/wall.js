'use strict'
// The wall of phones: a list that the server streams, and one request per thing a person does.

const words = {
  zh: {
    title: '电话墙', ringing: '响铃', talking: '通话', phones: '部电话', search: '搜索', searchHint: '姓名、号码、短信内容',
    network: '运营商', voice: '朗读', offline: '连接中断，正在重连…', answer: '接听', refuse: '挂断', say: '说', sayHint: '对着电话说…',
    send: '发送', replyHint: '回复短信…', dial: '拨打中心', idle: '', ringingState: '来电', callingState: '拨号中',
    empty: '还没有电话响过。按下一位老人的按钮，这里就会热闹起来。', nothing: '没有找到这样的电话。', behaviour: '线路',
    roles: { elder: '老人', family: '家人', liaison: '联络员', doctor: '医生', guard: '保安', neighbour: '邻居', volunteer: '义工', helper: '助手', provider: '服务商', staff: '员工', operator: '座席', supervisor: '主管', other: '其他' },
    behaviours: { normal: '正常', busy: '占线', no_answer: '无人接', voicemail: '语音信箱', fails: '不通', slow: '迟缓', callbacks_lost: '回执丢失', callbacks_twice: '回执重复' },
    outages: { '': '正常', unavailable: '瘫痪 503', limited: '限流 429', dropped: '断线', answer_lost: '应答丢失', hanging: '无响应' },
  },
  en: {
    title: 'Phone wall', ringing: 'ringing', talking: 'talking', phones: 'phones', search: 'Search', searchHint: 'Name, number, text',
    network: 'Carrier', voice: 'Read aloud', offline: 'Connection lost, trying again…', answer: 'Answer', refuse: 'Hang up', say: 'Say', sayHint: 'Say something…',
    send: 'Send', replyHint: 'Reply by SMS…', dial: 'Call the centre', idle: '', ringingState: 'ringing', callingState: 'dialling',
    empty: 'No phone has rung yet. Press an elder’s button and this wall comes to life.', nothing: 'No such phone.', behaviour: 'Line',
    roles: { elder: 'elder', family: 'family', liaison: 'liaison', doctor: 'doctor', guard: 'guard', neighbour: 'neighbour', volunteer: 'volunteer', helper: 'helper', provider: 'provider', staff: 'staff', operator: 'operator', supervisor: 'supervisor', other: 'other' },
    behaviours: { normal: 'normal', busy: 'busy', no_answer: 'nobody home', voicemail: 'voicemail', fails: 'out of order', slow: 'slow', callbacks_lost: 'receipts lost', callbacks_twice: 'receipts twice' },
    outages: { '': 'works', unavailable: 'down (503)', limited: 'limited (429)', dropped: 'drops', answer_lost: 'answers lost', hanging: 'hangs' },
  },
}

const $ = (id) => document.getElementById(id)
const cards = new Map() // number → {node, view, shown: id of the last entry drawn}
const mine = new Set() // phones answered in this window: these are read aloud
let lang = localStorage.getItem('phones.lang') || (navigator.language.startsWith('zh') ? 'zh' : 'en')
let aloud = false
let query = ''
let skew = 0 // server's clock minus ours, ms
const t = (key) => words[lang][key]

function el(tag, className, text) {
  const e = document.createElement(tag)
  if (className) e.className = className
  if (text !== undefined) e.textContent = text
  return e
}

function options(select, table, value) {
  select.replaceChildren(...Object.entries(table).map(([k, label]) => {
    const o = el('option', '', label)
    o.value = k
    return o
  }))
  select.value = value
}

async function act(number, action, value = '') {
  const card = cards.get(number)
  const oops = card.node.querySelector('.oops')
  oops.hidden = true
  try {
    const res = await fetch(`/phones/api/phones/${encodeURIComponent(number)}/${action}`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ value }),
    })
    if (!res.ok) throw new Error((await res.json()).detail)
  } catch (err) {
    oops.textContent = err.message
    oops.hidden = false
  }
}

function makeCard(number) {
  const node = $('card').content.firstElementChild.cloneNode(true)
  const card = { node, view: null, shown: 0 }
  for (const b of node.querySelectorAll('[data-act]')) {
    b.addEventListener('click', () => {
      if (b.dataset.act === 'answer' || b.dataset.act === 'dial') mine.add(number)
      if (b.dataset.act === 'hangup') { mine.delete(number); speechSynthesis?.cancel() }
      act(number, b.dataset.act)
    })
  }
  for (const [form, action] of [['.say', 'say'], ['.reply', 'reply']]) {
    const f = node.querySelector(form)
    f.addEventListener('submit', (ev) => {
      ev.preventDefault()
      const input = f.querySelector('input')
      const text = input.value.trim()
      if (text) act(number, action, text)
      input.value = ''
    })
  }
  for (const d of '1234567890*#') {
    const b = el('button', '', d)
    b.type = 'button'
    b.addEventListener('click', () => { speechSynthesis?.cancel(); act(number, 'press', d) })
    node.querySelector('.pad').append(b)
  }
  node.querySelector('.behaviour').addEventListener('change', (ev) => act(number, 'behave', ev.target.value))
  cards.set(number, card)
  label(card)
  return card
}

function label(card) {
  const n = card.node
  n.querySelector('.answer').textContent = t('answer')
  for (const b of n.querySelectorAll('.refuse')) b.textContent = t('refuse')
  n.querySelector('.say button').textContent = t('say')
  n.querySelector('.say input').placeholder = t('sayHint')
  n.querySelector('.reply button').textContent = t('send')
  n.querySelector('.reply input').placeholder = t('replyHint')
  n.querySelector('.say input').setAttribute('aria-label', t('sayHint'))
  n.querySelector('.reply input').setAttribute('aria-label', t('replyHint'))
  n.querySelector('.dial').textContent = t('dial')
  n.querySelector('.foot .sr').textContent = t('behaviour')
  options(n.querySelector('.behaviour'), t('behaviours'), card.view?.behaviour ?? 'normal')
}

const clockTime = (iso) => new Date(iso).toLocaleTimeString(lang === 'zh' ? 'zh-CN' : 'en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false })
const pretty = (number) => number.replace(/^\+86(\d{3})(\d{4})(\d{4})$/, '$1 $2 $3')
const note = (text) => (text.includes(' · ') ? text.split(' · ')[lang === 'zh' ? 0 : 1] : text)

// Only http addresses become links, so that a text cannot be a script.
function withLinks(text) {
  return text.split(/(https?:\/\/[\w\-.:/?#=&%~+]+)/).map((part, i) => {
    if (i % 2 === 0) return document.createTextNode(part)
    const a = el('a', '', part)
    a.href = part
    a.target = '_blank'
    a.rel = 'noopener noreferrer'
    return a
  })
}

function drawEntry(e, fresh) {
  const li = el('li', e.kind + (fresh ? ' new' : ''))
  if (e.kind === 'note') li.textContent = `${clockTime(e.at)} ${note(e.text)}`
  else li.append(...withLinks(e.text))
  if (e.kind.startsWith('sms')) li.append(el('time', '', clockTime(e.at)))
  return li
}

function draw(view, fresh) {
  const card = cards.get(view.number) || makeCard(view.number)
  const old = card.view
  card.view = view
  const n = card.node
  n.dataset.state = view.state
  n.dataset.role = view.role
  n.classList.toggle('odd', view.behaviour !== 'normal')
  n.classList.toggle('bare', view.entries.length === 0)
  const name = view.name || pretty(view.number)
  n.querySelector('h2').textContent = name
  n.querySelector('.face').textContent = view.name ? [...view.name][0] : '☎'
  n.querySelector('.role').textContent = words[lang].roles[view.role] || view.role
  n.querySelector('.number').textContent = view.name ? pretty(view.number) : ''
  n.setAttribute('aria-label', `${name} ${t(view.state + 'State') || ''}`)
  const select = n.querySelector('.behaviour')
  if (document.activeElement !== select) select.value = view.behaviour
  const log = n.querySelector('.log')
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60
  const news = view.entries.filter((e) => e.id > card.shown)
  for (const e of news) {
    log.append(drawEntry(e, fresh))
    if (fresh && e.kind === 'spoken') speak(view.number, e)
  }
  if (news.length) card.shown = news.at(-1).id
  while (log.childElementCount > 120) log.firstElementChild.remove()
  if (old && old.state !== view.state && view.state === 'idle') mine.delete(view.number)
  return { card, atEnd: atEnd || !old || old.state !== view.state }
}

function speak(number, e) {
  if (!aloud || !mine.has(number) || !window.speechSynthesis) return
  const u = new SpeechSynthesisUtterance(e.text)
  u.lang = e.lang === 'cmn-CN' ? 'zh-CN' : e.lang || 'zh-CN'
  speechSynthesis.speak(u)
}

// What was answered here stays in front, where the hand is; then what rings, then who speaks,
// then the latest. A card in which somebody types stays where it is.
const rank = { ringing: 2, talking: 1, calling: 1, idle: 0 }
const urgency = (v) => (v.state !== 'idle' && v.state !== 'ringing' && mine.has(v.number) ? 3 : rank[v.state])
function arrange() {
  const views = [...cards.values()].map((c) => c.view).filter(matches)
  views.sort((a, b) => urgency(b) - urgency(a) || Date.parse(b.activity) - Date.parse(a.activity) || a.number.localeCompare(b.number))
  const shown = new Set(views.map((v) => v.number))
  for (const [number, c] of cards) if (!shown.has(number)) c.node.remove()
  const typing = document.activeElement?.closest?.('#rest .phone')
  place($('live'), views.filter((v) => v.state !== 'idle'), null)
  place($('rest'), views.filter((v) => v.state === 'idle').slice(0, 60), typing)
  const count = (s) => [...cards.values()].filter((c) => s.includes(c.view.state)).length
  const ringing = count(['ringing'])
  const talking = count(['talking', 'calling'])
  $('ringing').textContent = ringing
  $('talking').textContent = talking
  $('ringing').parentElement.classList.toggle('on', ringing > 0)
  $('talking').parentElement.classList.toggle('on', talking > 0)
  $('total').textContent = Math.max(total, cards.size)
  $('empty').hidden = views.length > 0
  $('empty').textContent = query ? t('nothing') : t('empty')
  document.title = (ringing ? `(${ringing}) ` : '') + t('title') + ' · 安铃'
}

function place(parent, views, pinned) {
  let at = parent.firstElementChild
  const keep = new Set(views.map((v) => cards.get(v.number).node))
  for (const child of [...parent.children]) if (!keep.has(child)) { if (child === at) at = at.nextElementSibling; child.remove() }
  for (const v of views) {
    const node = cards.get(v.number).node
    if (node === pinned) continue
    if (at === pinned && pinned) at = at.nextElementSibling
    if (node === at) { at = at.nextElementSibling; continue }
    parent.insertBefore(node, at)
  }
}

function matches(v) {
  const text = [v.name, v.role, v.number, ...v.entries.map((e) => e.text)].join(' ').toLowerCase()
  return query.toLowerCase().split(/\s+/).every((w) => text.includes(w))
}

let total = 0
async function load() {
  const res = await fetch('/phones/api/phones?limit=200&q=' + encodeURIComponent(query))
  const wall = await res.json()
  total = wall.total
  skew = Date.parse(wall.now) - Date.now()
  options($('outage'), t('outages'), wall.outage)
  $('outage').closest('.field').classList.toggle('broken', wall.outage !== '')
  const drawn = wall.phones.map((v) => draw(v, false))
  arrange()
  for (const d of drawn) toEnd(d.card)
}

function toEnd(card) {
  const log = card.node.querySelector('.log')
  log.scrollTop = log.scrollHeight
}

let pending = new Map()
let scheduled = false
function take(view) {
  pending.set(view.number, view)
  if (scheduled) return
  scheduled = true
  requestAnimationFrame(() => {
    scheduled = false
    const views = pending
    pending = new Map()
    const drawn = [...views.values()].map((v) => draw(v, true))
    arrange()
    for (const d of drawn) if (d.atEnd) toEnd(d.card)
  })
}

// How long each phone has rung or talked; once a second, from the server's clock.
setInterval(() => {
  for (const c of cards.values()) {
    if (!c.node.isConnected) continue
    const v = c.view
    const s = Math.max(0, Math.round((Date.now() + skew - Date.parse(v.since)) / 1000))
    const time = `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`
    const text = v.state === 'idle' ? '' : v.state === 'talking' ? time : `${t(v.state + 'State')} ${time}`
    const state = c.node.querySelector('.state')
    if (state.textContent !== text) state.textContent = text
  }
}, 500)

function speakLanguage() {
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en'
  for (const e of document.querySelectorAll('[data-t]')) e.textContent = t(e.dataset.t)
  for (const e of document.querySelectorAll('[data-p]')) e.placeholder = t(e.dataset.p)
  $('lang').textContent = lang === 'zh' ? 'English' : '中文'
  options($('outage'), t('outages'), $('outage').value || '')
  for (const c of cards.values()) {
    label(c)
    c.shown = 0
    c.node.querySelector('.log').replaceChildren()
    toEnd(draw(c.view, false).card)
  }
}

$('lang').addEventListener('click', () => {
  lang = lang === 'zh' ? 'en' : 'zh'
  localStorage.setItem('phones.lang', lang)
  speakLanguage()
  arrange()
})
$('voice').addEventListener('click', () => {
  aloud = !aloud
  $('voice').setAttribute('aria-pressed', String(aloud))
  if (!aloud) speechSynthesis?.cancel()
})
$('outage').addEventListener('change', async (ev) => {
  ev.target.closest('.field').classList.toggle('broken', ev.target.value !== '')
  await fetch('/phones/api/outage', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ value: ev.target.value }) })
})
let typed
$('search').addEventListener('input', (ev) => {
  query = ev.target.value.trim()
  arrange()
  clearTimeout(typed)
  typed = setTimeout(load, 200)
})

speakLanguage()
const events = new EventSource('/phones/api/events')
events.addEventListener('phone', (ev) => take(JSON.parse(ev.data)))
// What happened while the line was down is read afresh.
events.addEventListener('open', () => { $('offline').hidden = true; load() })
events.addEventListener('error', () => { $('offline').hidden = false })
