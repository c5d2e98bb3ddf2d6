import { expect, type Page, test } from '@playwright/test'
import { type Service, startDemo } from './service.ts'
import { call, logIn, noAxeProblems, watchRequests } from './steps.ts'

let service: Service
test.beforeAll(async () => {
  service = await startDemo()
})
test.afterAll(async () => {
  await service.stop()
})

async function startShift(page: Page, name: string): Promise<void> {
  await logIn(page, service.url, name)
  await page.getByTestId('start-shift').click()
  await expect(page.getByTestId('link')).toHaveAttribute('data-link', 'live')
}

/** The card of a person's phone on the wall. */
const phone = (wall: Page, name: string) => wall.locator('article.phone').filter({ has: wall.locator('h2', { hasText: name }) }).first()

async function answer(wall: Page, name: string, key: string): Promise<void> {
  const card = phone(wall, name)
  // A call that rings may be taken back for another one at that very moment.
  await expect(async () => {
    if ((await card.getAttribute('data-state')) === 'ringing') await card.locator('[data-act=answer]').click({ timeout: 1000 })
    await card.locator('.pad').getByText(key, { exact: true }).click({ timeout: 1000 })
  }).toPass({ timeout: 30_000 })
}

test('from the press to the door', async ({ context }) => {
  const desk = await context.newPage()
  const away = watchRequests(desk)
  await startShift(desk, 'demo')
  await noAxeProblems(desk, 'calm desk')
  // The server hears of the seat, and of a moment's absence.
  const seats = () => call(desk, 'GET', '/v1/seats').then((r) => r.body.items.map((s: { state: string }) => s.state))
  await expect.poll(seats).toEqual(['free'])
  await desk.getByTestId('seat-state').click()
  await expect.poll(seats).toEqual(['away'])
  await desk.getByTestId('seat-back').click()
  await expect.poll(seats).toEqual(['free'])
  const wall = await context.newPage()
  await wall.goto(`${service.url}/phones`)

  await desk.bringToFront()
  const pressed = Date.now()
  await desk.getByTestId('press-here').click()
  const row = desk.getByTestId('queue-row')
  await expect(row).toHaveCount(1)
  console.log(`press → row on the console: ${Date.now() - pressed} ms`)
  const state = desk.getByTestId('state')
  await expect(state).toHaveAttribute('data-state', 'raised')
  await expect(desk.getByTestId('turn')).toBeVisible() // it has its turn at the only seat
  await noAxeProblems(desk, 'a raised alert')
  await desk.getByTestId('seats-open').click()
  await expect(desk.getByTestId('seat')).toHaveCount(1)
  await noAxeProblems(desk, 'the seats')
  await desk.keyboard.press('Escape')

  // Family and helpers are told by SMS and by voice.
  const people = desk.getByTestId('person-row')
  await expect(people.filter({ hasText: /短信/ }).first()).toBeVisible()
  const ringing = desk.locator('[data-testid=person-row][data-state=ringing]')
  await expect(ringing.first()).toBeVisible()
  await desk.keyboard.press('a')
  await expect(state).toHaveAttribute('data-state', 'accepted')

  // A helper presses 1 on the phone.
  const id = await desk.evaluate(async () => {
    const r = await fetch('/v1/alerts?state=open')
    const a = (await r.json()).items[0]
    const h = a.people.find((p: { part: string }) => p.part === 'helper')
    return { alert: a.id, elder: a.title, helper: h.id, name: h.name }
  })
  await wall.bringToFront()
  await answer(wall, id.name, '1')
  await expect(phone(wall, id.name).locator('.log')).toContainText('请去')
  await desk.bringToFront()
  await expect(desk.locator(`[data-testid=person-row][data-person="${id.helper}"]`)).toHaveAttribute('data-state', /coming|departed/)
  await expect(state).toHaveAttribute('data-state', 'helping')
  await expect(desk.getByTestId('coming')).toContainText(id.name)

  // Arrived, resolved, called back, closed: single keys, each printed on its button.
  await desk.keyboard.press('d')
  await desk.keyboard.press('1')
  await expect(state).toHaveAttribute('data-state', 'on_scene')
  await desk.keyboard.press('r')
  await desk.keyboard.press('1')
  await expect(state).toHaveAttribute('data-state', 'resolved')
  await desk.keyboard.press('c')
  await desk.keyboard.press('1')
  await wall.bringToFront()
  await answer(wall, id.elder, '1')
  await desk.bringToFront()
  await desk.keyboard.press('f')
  await desk.keyboard.press('1')
  await desk.keyboard.press('x')
  await desk.keyboard.press('Enter')
  await expect.poll(() => desk.evaluate(async (a) => (await (await fetch(`/v1/alerts/${a}`)).json()).state, id.alert)).toBe('closed')

  const story = await desk.evaluate(async (a) => (await (await fetch(`/v1/alerts/${a}/events`)).json()).items.map((e: { type: string }) => e.type), id.alert)
  for (const type of ['raised', 'told', 'offered', 'accepted', 'answered', 'arrived', 'resolved', 'called', 'followed_up', 'closed']) {
    expect(story).toContain(type)
  }
  expect(service.verify()).not.toContain('altered')
  expect(away).toEqual([])
})

test('the helper and the family on an old phone', async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, javaScriptEnabled: false, locale: 'zh-CN' })
  const desk = await browser.newPage()
  await startShift(desk, 'demo')
  const since = Date.now()
  await desk.getByTestId('press-here').click()
  await expect(desk.getByTestId('queue-row').first()).toBeVisible()

  const links = await smsLinks(desk, since)
  const helper = await context.newPage()
  await helper.goto(links.helper)
  const before = await helper.content()
  expect(before).not.toContain(links.title)
  await helper.getByRole('button', { name: /去/ }).first().click()
  await expect(helper.locator('body')).toContainText(links.title)
  await expect(desk.locator('[data-testid=person-row][data-state=coming]')).toHaveCount(1)

  const family = await context.newPage()
  await family.goto(links.family)
  await expect(family.locator('body')).toContainText(/正在|赶来|路上/)
})

/** Reads the links in the SMS that have come since, from the phone wall. */
async function smsLinks(desk: Page, since: number): Promise<{ helper: string; family: string; title: string }> {
  const find = () =>
    desk.evaluate(async (from) => {
      const alert = (await (await fetch('/v1/alerts?state=open')).json()).items[0]
      const wall = await (await fetch('/phones/api/phones')).json()
      const entries: { kind: string; text: string; at: string }[] = (wall.phones ?? wall).flatMap((p: { entries: unknown[] }) => p.entries)
      const texts = entries.filter((e) => e.kind === 'sms_in' && Date.parse(e.at) >= from).map((e) => e.text)
      const link = (part: string) => texts.map((t) => t.match(new RegExp(`https?://[^\\s。]*/${part}/[0-9A-Za-z]+`))?.[0]).find(Boolean) ?? ''
      return { helper: link('h'), family: link('f'), title: alert.title as string }
    }, since)
  await expect.poll(async () => { const l = await find(); return l.helper !== '' && l.family !== '' }).toBe(true)
  return find()
}
