import { expect, type Page, test } from '@playwright/test'
import { type Service, startDemo } from './service.ts'
import { call, logIn, noAxeProblems, visit, watchRequests } from './steps.ts'

let service: Service
test.beforeAll(async () => {
  service = await startDemo()
})
test.afterAll(async () => {
  await service.stop()
})

const verdict = (page: Page) => page.getByTestId('plan-state')

/** Puts the cursor at the end of the first line that holds a text, with the keyboard alone. */
async function toEndOf(page: Page, text: string): Promise<void> {
  const here = page.locator('.cm-activeLine')
  await page.keyboard.press('Control+Home')
  for (let i = 0; i < 80 && !(await here.innerText()).includes(text); i++) await page.keyboard.press('ArrowDown')
  await expect(here).toContainText(text)
  await page.keyboard.press('End')
}

test('a manager writes a mistaken plan, mends it at its line, tries it, saves it and sees the difference', async ({ page }) => {
  const away = watchRequests(page)
  await visit(page, service.url, 'manager')
  await page.keyboard.press('g')
  await page.keyboard.press('r')
  await expect(page.getByTestId('plans').locator('[data-row]')).toHaveCount(10)
  await noAxeProblems(page, 'the list of plans')

  // A plan is written: the first word of a step goes wrong, and is named at its line while one still types.
  await page.keyboard.press('n')
  await expect(page.getByTestId('yaml')).toHaveAttribute('data-ready', 'true')
  await expect(verdict(page)).toHaveAttribute('data-state', 'good')
  await expect(page.getByTestId('told')).toContainText('三分钟无人接警')
  await toEndOf(page, 'with: emergency')
  await page.keyboard.type('x')
  await expect(verdict(page)).toHaveAttribute('data-state', 'bad')
  const mistake = verdict(page).locator('[data-mistake]')
  await expect(mistake).toHaveCount(1)
  await expect(mistake).toContainText('没有这个名称的预案：emergencyx')
  const line = Number(await mistake.getAttribute('data-mistake'))
  await expect(page.locator('.cm-lintRange-error')).toHaveText('with: emergencyx')
  await expect(page.locator('.cm-lint-marker-error')).toHaveCount(1)
  await expect(page.getByTestId('save-plan')).toBeDisabled()
  await noAxeProblems(page, 'a mistaken plan')

  // A reload costs nothing of it, but the browser asks before.
  const asked = page.waitForEvent('dialog')
  const again = page.reload()
  const dialog = await asked
  expect(dialog.type()).toBe('beforeunload')
  await dialog.accept()
  await again
  await page.getByTestId('visit').click()
  await page.goto(`${service.url}/console/#/plans/new`)
  await expect(page.locator('.cm-content')).toContainText('with: emergencyx')

  // Mended where the list of mistakes leads.
  await verdict(page).locator('[data-mistake]').click()
  await expect(page.locator('.cm-activeLine')).toContainText('with: emergencyx')
  await page.keyboard.press('End')
  await page.keyboard.press('Backspace')
  await expect(verdict(page)).toHaveAttribute('data-state', 'good')
  await expect(page.locator('.cm-lintRange-error')).toHaveCount(0)
  expect(line).toBeGreaterThan(20)

  // Tried before it counts, on somebody who lives here.
  await page.locator('[data-side=try]').click()
  const [elder] = (await call(page, 'GET', '/v1/elders?limit=1')).body.items as { id: string; name: string }[]
  const form = page.getByTestId('try-form')
  await form.getByRole('combobox', { name: '哪位老人' }).fill(elder?.name ?? '')
  await form.locator('li[role=option]').first().click()
  await page.getByTestId('try').click()
  const course = page.getByTestId('course')
  await expect(course).toContainText('给老人打电话')
  await expect(course).toContainText('座席')
  expect((await call(page, 'GET', '/v1/alerts?state=open')).body.items).toEqual([])
  await noAxeProblems(page, 'a trial')

  // Saved as the centre's own, once and then again with one number changed.
  await page.getByTestId('save-plan').click()
  await expect(page.getByTestId('plan')).toContainText('新预案')
  await expect(page.getByTestId('told')).toContainText('3 分钟')
  await page.keyboard.press('e')
  await expect(page.getByTestId('yaml')).toHaveAttribute('data-ready', 'true')
  await toEndOf(page, 'at: 3m')
  await page.keyboard.press('Backspace')
  await page.keyboard.press('Backspace')
  await page.keyboard.type('2m')
  await expect(verdict(page)).toHaveAttribute('data-state', 'good')
  await page.keyboard.press('Control+s')
  await expect(page.getByTestId('diff')).toBeVisible()
  await expect(page.locator('[data-diff=gone]')).toContainText('at: 3m')
  await expect(page.locator('[data-diff=new]')).toContainText('at: 2m')
  await expect(page.locator('[data-version]')).toHaveCount(2)
  await noAxeProblems(page, 'two versions')

  // Withdrawn, it is in use no more, and its story is still there.
  await page.getByTestId('withdraw').click()
  await page.getByTestId('sure-yes').click()
  await expect(page.getByTestId('plans').locator('[data-row]')).toHaveCount(10)
  const id = (await call(page, 'GET', '/v1/plans/explain?kind=door')).body.chosen.id as string
  expect(id).toBe('inactivity')
  expect(away).toEqual([])
})

test('two managers write the same plan, and neither overwrites the other', async ({ browser }) => {
  const open = async () => {
    const page = await (await browser.newContext({ locale: 'zh-CN', viewport: { width: 1440, height: 900 } })).newPage()
    await visit(page, service.url, 'manager')
    return page
  }
  const [one, other] = [await open(), await open()]
  await one.goto(`${service.url}/console/#/plans/new`)
  await expect(verdict(one)).toHaveAttribute('data-state', 'good')
  await one.getByTestId('save-plan').click()
  await expect(one.getByTestId('plan')).toBeVisible()
  const [, id] = /#\/plans\/([^/]+)/.exec(one.url()) ?? []
  const newest = async () => (await call(other, 'GET', `/v1/plans/${id}`)).body as { version: number; body: string }
  const before = (await newest()).version
  for (const page of [one, other]) {
    await page.goto(`${service.url}/console/#/plans/${id}/edit`)
    await expect(page.getByTestId('yaml')).toHaveAttribute('data-ready', 'true')
  }
  const change = async (page: Page, line: string, to: string) => {
    await toEndOf(page, line)
    for (let i = 0; i < line.split(': ')[1]!.length; i++) await page.keyboard.press('Backspace')
    await page.keyboard.type(to)
    await expect(verdict(page)).toHaveAttribute('data-state', 'good')
  }

  await change(one, 'at: 3m', '2m')
  await one.keyboard.press('Control+s')
  await expect(one.getByTestId('diff')).toBeVisible()

  // The other was slower: nothing is saved, and beside the own text stands what differs from theirs.
  await change(other, 'tries: 2', '3')
  await other.keyboard.press('Control+s')
  await expect(other.getByTestId('plan-problem')).toContainText(`别人刚保存了第 ${before + 1} 版`)
  await expect(other.locator('[data-side=diff]')).toHaveAttribute('aria-selected', 'true')
  await expect(other.locator('[data-diff=gone]')).toHaveText([/tries: 2/, /at: 2m/])
  await expect(other.locator('[data-diff=new]')).toHaveText([/tries: 3/, /at: 3m/])
  expect(await newest()).toMatchObject({ version: before + 1, body: expect.stringContaining('tries: 2') })
  await noAxeProblems(other, 'a text compared with theirs')

  // Their change is taken over; then it is a version more, with both.
  await change(other, 'at: 3m', '2m')
  await expect(other.locator('[data-diff=gone]')).toHaveCount(1)
  await other.keyboard.press('Control+s')
  await expect(other.getByTestId('plan')).toBeVisible()
  const both = await newest()
  expect(both.version).toBe(before + 2)
  expect(both.body).toContain('at: 2m')
  expect(both.body).toContain('tries: 3')
  await other.getByTestId('withdraw').click()
  await other.getByTestId('sure-yes').click()
})

test('somebody who may only read finds the plan in sentences and nothing to write with', async ({ page }) => {
  await logIn(page, service.url, 'demo')
  await page.getByTestId('start-shift').click()
  await page.goto(`${service.url}/console/#/plans/emergency`)
  await expect(page.getByTestId('told')).toContainText('所有空闲座席响铃')
  await expect(page.getByTestId('edit')).toHaveCount(0)
  await noAxeProblems(page, 'a plan that is read')
  await page.keyboard.press('l')
  await expect(page.getByTestId('told')).toContainText('Sound at every free seat')
  await page.goto(`${service.url}/console/#/plans/emergency/edit`)
  await expect(page.getByTestId('told')).toBeVisible()
  await expect(page.getByTestId('yaml')).toHaveCount(0)
  expect((await call(page, 'POST', '/v1/plans', { body: 'plan: x' })).status).toBe(403)
})
