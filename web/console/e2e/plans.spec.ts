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
