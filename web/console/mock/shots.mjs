// Pictures of the console for a designer's eye: node mock/shots.mjs [name[:width:height:lang] …]; needs a build and chromium.
// With ANLING_URL (and ANLING_USER, ANLING_PASSWORD) it looks at a running service: node mock/shots.mjs real
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import AxeBuilder from '@axe-core/playwright'
import { chromium } from '@playwright/test'

const port = 18440
const base = process.env.ANLING_URL ?? `http://127.0.0.1:${port}`
const out = process.env.SHOTS ?? fileURLToPath(new URL('./shots/', import.meta.url))
mkdirSync(out, { recursive: true })
const server = process.env.ANLING_URL ? null : spawn(process.execPath, [fileURLToPath(new URL('./server.mjs', import.meta.url)), String(port)], { stdio: ['ignore', 'pipe', 'inherit'] })
if (server) await new Promise((ok) => server.stdout.once('data', ok))

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', chromiumSandbox: false, args: ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic', '--enable-unsafe-swiftshader'] })
const scene = (name) => fetch(`${base}/mock/${name}`)
const sleep = (ms) => new Promise((ok) => setTimeout(ok, ms))

async function open(width, height, lang) {
  const page = await (await browser.newContext({ viewport: { width, height }, locale: lang === 'en' ? 'en-GB' : 'zh-CN' })).newPage()
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && !/401/.test(m.text()) && console.log('console:', m.text()))
  page.on('pageerror', (e) => console.log('pageerror:', e.message))
  page.on('request', (r) => r.url().startsWith(base) || /^(data|blob):/.test(r.url()) || console.log('outside request:', r.url()))
  await page.addInitScript((l) => localStorage.setItem('anling.lang', l), lang)
  await page.goto(base + '/console/')
  return page
}
async function enter(page) {
  await page.fill('input[name=name]', process.env.ANLING_USER ?? 'zhou')
  await page.fill('input[name=password]', process.env.ANLING_PASSWORD ?? 'x')
  await page.click('button[type=submit]')
  await page.getByTestId('start-shift').click()
  await page.locator('[data-testid=map][data-ready=true]').waitFor({ timeout: 20_000 })
}
async function shot(page, name) {
  await page.screenshot({ path: `${out}/${name}.png` })
  const axe = await new AxeBuilder({ page }).analyze()
  for (const v of axe.violations) console.log(`axe ${name}: ${v.id} ${v.help} – ${v.nodes.slice(0, 3).map((n) => n.target).join(' | ')}`)
  const small = await page.evaluate(() => [...document.querySelectorAll('#app *')].filter((e) => e.childNodes.length && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) && parseFloat(getComputedStyle(e).fontSize) < 14 && !e.closest('svg')).map((e) => e.className + ':' + e.textContent.slice(0, 20)).slice(0, 5))
  if (small.length) console.log('small text:', small)
  const over = await page.evaluate(() => [document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight])
  if (over.some((x) => x > 0)) console.log(`${name} overflows by`, over)
}

const plays = {
  async login() {
    const page = await open(1366, 768, 'zh')
    await shot(page, 'login-zh')
    await page.fill('input[name=name]', 'zhou')
    await page.fill('input[name=password]', 'x')
    await page.click('button[type=submit]')
    await page.getByTestId('start-shift').waitFor()
    await shot(page, 'start-zh')
  },
  async calm(w = 1920, h = 1080, lang = 'zh') {
    await scene('calm')
    const page = await open(w, h, lang)
    await enter(page)
    await sleep(2500)
    await shot(page, `calm-${w}-${lang}`)
  },
  async one(w = 1920, h = 1080, lang = 'zh') {
    await scene('calm')
    const page = await open(w, h, lang)
    await enter(page)
    await scene('one')
    await page.getByTestId('accept').waitFor()
    await sleep(4500)
    await shot(page, `one-raised-${w}-${lang}`)
    await page.keyboard.press('a')
    await sleep(8000)
    await shot(page, `one-coming-${w}-${lang}`)
    await page.keyboard.press('d')
    await sleep(300)
    await shot(page, `one-arrive-${w}-${lang}`)
    await page.keyboard.press('1')
    await sleep(900)
    await shot(page, `one-there-${w}-${lang}`)
    await page.keyboard.press('r')
    await sleep(200)
    await shot(page, `one-resolve-${w}-${lang}`)
    await page.keyboard.press('1')
    await sleep(500)
    await page.keyboard.press('f')
    await sleep(200)
    await page.keyboard.press('1')
    await sleep(500)
    await shot(page, `one-followed-${w}-${lang}`)
    await page.keyboard.press('x')
    await sleep(200)
    await page.keyboard.press('Enter')
    await sleep(700)
    await shot(page, `one-closed-${w}-${lang}`)
  },
  async several(w = 1920, h = 1080, lang = 'zh') {
    await scene('calm')
    const page = await open(w, h, lang)
    await enter(page)
    await scene('several')
    await sleep(19_000)
    await shot(page, `several-${w}-${lang}`)
    await page.keyboard.press('m')
    await sleep(300)
    await shot(page, `several-ambulance-${w}-${lang}`)
    await page.keyboard.press('Escape')
    await page.keyboard.press('/')
    await page.keyboard.type('刘')
    await sleep(500)
    await shot(page, `several-search-${w}-${lang}`)
    await page.keyboard.press('Enter')
    await sleep(600)
    await shot(page, `several-elder-${w}-${lang}`)
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await sleep(200)
    await shot(page, `several-help-${w}-${lang}`)
    await page.keyboard.press('Escape')
    await page.keyboard.press(' ')
    await sleep(1200)
    await shot(page, `several-silent-${w}-${lang}`)
  },
  async shift(w = 1366, h = 768, lang = 'zh') {
    await scene('calm')
    const page = await open(w, h, lang)
    await enter(page)
    await scene('shift')
    await sleep(4000)
    await shot(page, `shift-waiting-${w}-${lang}`)
    await page.keyboard.press('a')
    await sleep(13_000)
    await shot(page, `shift-trouble-${w}-${lang}`)
    await page.getByTestId('seats-open').click()
    await sleep(700)
    await shot(page, `shift-seats-${w}-${lang}`)
    await page.keyboard.press('Escape')
    await page.keyboard.press('r')
    await sleep(300)
    await shot(page, `shift-resolve-${w}-${lang}`)
    await page.keyboard.press('Escape')
    await page.keyboard.press('v')
    await sleep(600)
    await shot(page, `shift-nobody-${w}-${lang}`)
    await page.keyboard.press('r')
    await page.keyboard.press('1')
    await page.getByTestId('seat-state').click()
    await sleep(900)
    await shot(page, `shift-resolved-${w}-${lang}`)
  },
  async deaf(w = 1366, h = 768, lang = 'zh') {
    await scene('calm')
    const page = await open(w, h, lang)
    await enter(page)
    await scene('deaf')
    await page.getByTestId('seat-unheard').waitFor({ timeout: 60_000 })
    await shot(page, `deaf-${w}-${lang}`)
    await scene('hears')
    await page.getByTestId('seat-unheard').waitFor({ state: 'detached', timeout: 10_000 })
  },
  async lost(w = 1920, h = 1080, lang = 'zh') {
    await scene('calm')
    const page = await open(w, h, lang)
    await enter(page)
    await scene('one')
    await sleep(9000)
    await scene('mute')
    await sleep(16_000)
    await shot(page, `lost-${w}-${lang}`)
    await scene('unmute')
  },
  async real(w = 1920, h = 1080, lang = 'zh') {
    const page = await open(w, h, lang)
    await enter(page)
    await sleep(2000)
    await shot(page, `real-calm-${w}-${lang}`)
    const press = page.getByTestId('press-here')
    if (await press.isVisible()) await press.click()
    await page.getByTestId('accept').waitFor()
    await sleep(4000)
    await shot(page, `real-raised-${w}-${lang}`)
    await page.keyboard.press('a')
    await sleep(1500)
    await page.keyboard.press('1')
    await sleep(6000)
    await shot(page, `real-accepted-${w}-${lang}`)
    await sleep(25_000)
    await shot(page, `real-later-${w}-${lang}`)
    await page.keyboard.press('d')
    await sleep(500)
    await shot(page, `real-arrive-${w}-${lang}`)
    await page.keyboard.press('1')
    await sleep(1500)
    await page.keyboard.press('r')
    await sleep(300)
    await page.keyboard.press('1')
    await sleep(1000)
    await page.keyboard.press('f')
    await sleep(300)
    await page.keyboard.press('1')
    await sleep(1000)
    await shot(page, `real-followed-${w}-${lang}`)
    await page.keyboard.press('x')
    await sleep(300)
    await page.keyboard.press('Enter')
    await sleep(1200)
    await shot(page, `real-closed-${w}-${lang}`)
  },
  async unidentified(w = 1366, h = 768, lang = 'en') {
    await scene('calm')
    const page = await open(w, h, lang)
    await enter(page)
    await scene('unidentified')
    await sleep(2500)
    await shot(page, `unidentified-${w}-${lang}`)
  },
}

try {
  const wanted = process.argv.slice(2)
  for (const w of wanted.length ? wanted : ['login', 'calm', 'one', 'one:1366:768:en', 'several', 'several:1366:768:en', 'lost', 'unidentified', 'calm:1366:768:en']) {
    const [name, width, height, lang] = w.split(':')
    await plays[name](...(width ? [Number(width), Number(height), lang ?? 'zh'] : []))
    for (const c of browser.contexts()) await c.close()
    console.log('done', w)
  }
} finally {
  await browser.close()
  server?.kill()
}
