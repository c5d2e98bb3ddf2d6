// Draws /openapi.json. No library: the page must open without internet.
'use strict'

function el(tag, attrs, ...children) {
  const e = document.createElement(tag)
  for (const [k, v] of Object.entries(attrs || {})) e.setAttribute(k, v)
  e.append(...children.filter((c) => c !== null && c !== undefined))
  return e
}

function draw(doc) {
  const resolve = (s) => (s.$ref ? doc.components.schemas[s.$ref.split('/').pop()] : s)
  const nameOf = (s) => (s.$ref ? s.$ref.split('/').pop() : null)

  function typeOf(s) {
    if (!s || Object.keys(s).length === 0) return document.createTextNode('anything')
    const name = nameOf(s)
    if (name) return el('a', { href: '#schema-' + name }, name)
    if (s.allOf) return typeOf(s.allOf[0])
    if (s.anyOf) return el('span', {}, typeOf(s.anyOf[0]), ' or null')
    if (s.type === 'array') return el('span', {}, 'list of ', typeOf(s.items))
    if (s.enum) return document.createTextNode(s.enum.join(' · '))
    if (s.type === 'object' && s.properties) return fields(s)
    return document.createTextNode([].concat(s.type).join(' or ') + (s.format ? ' (' + s.format + ')' : ''))
  }

  function fields(s) {
    const body = el('tbody')
    for (const [name, f] of Object.entries(resolve(s).properties || {})) {
      const must = (s.required || []).includes(name)
      body.append(el('tr', {}, el('th', { scope: 'row' }, name), el('td', {}, typeOf(f), f.description ? ' – ' + f.description : ''), el('td', {}, must ? '' : 'optional')))
    }
    return el('table', {}, body)
  }

  function operation(path, method, op) {
    const box = el('details', { id: op.operationId }, el('summary', {}, el('b', { class: method }, method.toUpperCase()), ' ', el('code', {}, path), ' ', el('span', {}, op.summary)))
    if (op['x-right']) box.append(el('p', { class: 'right' }, 'Right: ' + op['x-right']))
    if (op.parameters) {
      const rows = op.parameters.map((p) => el('tr', {}, el('th', { scope: 'row' }, p.name), el('td', {}, p.in), el('td', {}, p.description || '')))
      box.append(el('h4', {}, 'Parameters'), el('table', {}, el('tbody', {}, ...rows)))
    }
    for (const [type, c] of Object.entries((op.requestBody || {}).content || {})) {
      box.append(el('h4', {}, 'Body ', el('small', {}, type)), typeOf(c.schema))
      if (c.example) box.append(el('pre', {}, JSON.stringify(c.example, null, 2)))
    }
    const codes = Object.entries(op.responses).map(([status, r]) => {
      const content = Object.values(r.content || {})[0]
      return el('tr', {}, el('th', { scope: 'row' }, status), el('td', {}, r.description), el('td', {}, content && content.schema ? typeOf(content.schema) : ''))
    })
    box.append(el('h4', {}, 'Answers'), el('table', {}, el('tbody', {}, ...codes)))
    return box
  }

  const groups = new Map()
  for (const [path, methods] of Object.entries(doc.paths)) {
    for (const [method, op] of Object.entries(methods)) {
      const tag = op.tags[0]
      groups.set(tag, [...(groups.get(tag) || []), operation(path, method, op)])
    }
  }
  const main = document.getElementById('docs')
  main.replaceChildren(el('h1', {}, doc.info.title), el('p', {}, doc.info.description), el('p', {}, el('a', { href: '/openapi.json' }, 'openapi.json')))
  const order = ['signals', 'alerts', 'registry', 'plans', 'geo', 'session', 'pages', 'demo', 'house']
  for (const tag of order.filter((t) => groups.has(t))) main.append(el('section', {}, el('h2', {}, tag), ...groups.get(tag)))
  const all = el('section', {}, el('h2', {}, 'Schemas'))
  for (const [name, s] of Object.entries(doc.components.schemas).sort()) {
    all.append(el('details', { id: 'schema-' + name }, el('summary', {}, el('code', {}, name)), fields(s)))
  }
  main.append(all)
  const open = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1))
    if (target) { target.open = true; target.scrollIntoView() }
  }
  addEventListener('hashchange', open)
  open()
}

fetch('/openapi.json')
  .then((r) => r.json())
  .then(draw)
  .catch((e) => document.getElementById('docs').replaceChildren(el('p', {}, 'The document could not be read: ' + e.message)))
