import { expect, type Page, test } from '@playwright/test'
import { type Service, startDemo } from './service.ts'
import { call, logIn, loseTogether, noAxeProblems, visit, watchRequests } from './steps.ts'

let service: Service
test.beforeAll(async () => {
  service = await startDemo()
})
test.afterAll(async () => {
  await service.stop()
})

const people = (page: Page) => page.getByTestId('outage-people').locator('[data-elder]')
const marked = (page: Page) => page.getByTestId('outage-people').locator('li.here [data-elder]')

/** Presses a digit for the person who is marked, once: a row that has just slipped under the finger is not trusted to a key. */
async function check(page: Page, digit: string): Promise<string> {
  await page.waitForTimeout(800)
  const person = (await marked(page).getAttribute('data-elder')) ?? ''
  await page.keyboard.press(digit)
  return person
}

test('the people of an outage are checked on with one key each', async ({ browser }) => {
  test.setTimeout(420_000)
  const admin = await (await browser.newContext({ locale: 'zh-CN' })).newPage()
  await visit(admin, service.url, 'admin')
  const elders = ['e00021', 'e00022', 'e00023', 'e00024', 'e00025']
  const id = await loseTogether(admin, elders)
  const outage = async () => (await call(admin, 'GET', `/v1/alerts/${id}`)).body
  expect((await outage()).outage).toMatchObject({ by: 'carrier', value: '46015', people: 5, unchecked: 5 })

  // It stands in the queue under its name, and is taken like any other.
  const desk = await (await browser.newContext({ locale: 'zh-CN', viewport: { width: 1440, height: 900 } })).newPage()
  const away = watchRequests(desk)
  await logIn(desk, service.url, 'demo')
  await desk.getByTestId('start-shift').click()
  await expect(desk.getByTestId('queue-row')).toContainText('运营商 46015')
  await desk.keyboard.press('j')
  await expect(people(desk)).toHaveCount(5)
  await desk.keyboard.press('a')
  await expect(desk.getByTestId('state')).toHaveAttribute('data-state', 'accepted')
  await noAxeProblems(desk, 'an outage')

  // Not reached: the person stays, and the mark goes on.
  const first = await check(desk, '3')
  await expect(desk.locator(`[data-elder="${first}"]`)).toContainText('未联系上 1 次')
  await expect(people(desk)).toHaveCount(5)
  await expect(marked(desk)).not.toHaveAttribute('data-elder', first)

  // Well: the person leaves the list.
  const well = await check(desk, '1')
  await expect(desk.locator(`[data-elder="${well}"]`)).toHaveCount(0)
  await expect(people(desk)).toHaveCount(4)

  // Needs help: an emergency like any other, at once.
  const hurt = await check(desk, '2')
  const name = (await call(admin, 'GET', `/v1/elders/${hurt}`)).body.name as string
  await expect(desk.locator(`[data-elder="${hurt}"]`)).toHaveCount(0)
  await expect(desk.getByTestId('queue-row').filter({ hasText: name })).toHaveCount(1)
  const alarms = (await call(admin, 'GET', `/v1/alerts?state=open&elder=${hurt}`)).body.items as { kind: string; priority: number }[]
  expect(alarms.filter((a) => a.priority === 1)).toHaveLength(1)
  await expect(people(desk)).toHaveCount(3)

  // While somebody is unchecked an operator does not end it.
  await desk.keyboard.press('r')
  await expect(desk.getByTestId('left')).toContainText('还有 3 人没有核实')
  await desk.keyboard.press('1')
  const refused = await call(desk, 'POST', `/v1/alerts/${id}/resolve`, { outcome: 'other', reason: '下班了' })
  expect(refused).toMatchObject({ status: 409, body: { detail: '还有 3 人没有核实；只有班长写明原因才能提前结束' } })
  expect((await outage()).state).toBe('accepted')
  await desk.keyboard.press('Escape')

  // The story names them, to who may know.
  await expect(desk.getByTestId('timeline').locator('[data-type=checked]').first()).toContainText(`需要帮助，已报警：${name}`)

  for (const left of [2, 1, 0]) {
    await check(desk, '1')
    await expect(people(desk)).toHaveCount(left)
  }
  expect((await outage()).outage).toMatchObject({ unchecked: 0, well: 4, help: 1 })
  await desk.locator('[data-check=help]').click()
  await expect(people(desk)).toHaveCount(1)
  await expect(people(desk)).toHaveAttribute('data-elder', hurt)
  await desk.keyboard.press('r')
  await desk.keyboard.press('1')
  await expect.poll(async () => (await outage()).state).toMatch(/resolved|closed/)
  expect(service.verify()).not.toContain('altered')
  expect(away).toEqual([])
})
