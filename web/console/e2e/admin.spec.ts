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

/** Makes an account on the page for it, and gives its id and the password that is told once. */
async function makeClerk(page: Page): Promise<{ id: string; password: string }> {
  await page.goto(`${service.url}/console/#/admin/accounts`)
  await expect(page.locator('[data-row]').first()).toBeVisible()
  await page.keyboard.press('n')
  const form = page.getByTestId('editor')
  await form.getByLabel('姓名').fill('赵敏')
  await form.getByLabel('登录名').fill('zhaomin')
  await form.getByLabel('角色').selectOption('clerk')
  await form.getByRole('radio', { name: /黄浦区/ }).check()
  await page.keyboard.press('Control+Enter')
  const password = await page.getByTestId('secret').inputValue()
  await noAxeProblems(page, 'a password that is told once')
  await page.getByTestId('once-done').click()
  await expect(page.getByTestId('account').locator('h1')).toContainText('赵敏')
  await expect(page.locator('body')).not.toContainText(password)
  return { id: decodeURIComponent(page.url().split('/').at(-1) ?? ''), password }
}

/** What the navigation and the sections of the administration offer. */
const offered = (page: Page, mark: string) => page.locator(`[${mark}]`).evaluateAll((all, m) => all.map((e) => e.getAttribute(m)), mark)

test('a clerk is made, sees what a clerk may, and the log tells of it', async ({ page, browser }) => {
  const away = watchRequests(page)
  await visit(page, service.url, 'admin')
  const clerk = await makeClerk(page)

  // The password that somebody else has given is changed before anything else.
  const hers = await (await browser.newContext({ locale: 'zh-CN' })).newPage()
  await logIn(hers, service.url, 'zhaomin', clerk.password)
  await expect(hers.getByTestId('lacks')).toHaveAttribute('data-lacks', 'password')
  expect((await call(hers, 'GET', '/v1/elders')).status).toBe(403)
  await hers.locator('input[name=old]').fill(clerk.password)
  await hers.locator('input[name=new]').fill('huangpu-registry-7')
  await hers.locator('input[name=again]').fill('huangpu-registry-7')
  await hers.keyboard.press('Enter')

  // She begins at the elders: there is no desk for her, no accounts, no log; nor does the server give them.
  await expect(hers.getByTestId('count')).not.toBeEmpty()
  expect(await offered(hers, 'data-nav')).toEqual(['elders', 'devices', 'helpers', 'providers', 'import', 'admin', 'me'])
  await hers.goto(`${service.url}/console/#/admin/accounts`)
  await expect(hers).toHaveURL(/#\/admin\/centres$/)
  expect(await offered(hers, 'data-admin')).toEqual(['centres', 'consents', 'break-glass', 'classes', 'fields', 'areas', 'services'])
  for (const path of ['/v1/operators', '/v1/audit', '/v1/tokens', '/v1/roles', '/v1/retention']) expect((await call(hers, 'GET', path)).status, path).toBe(403)

  // What she may write down she cannot read again.
  await hers.goto(`${service.url}/console/#/elders/e00002`)
  await expect(hers.getByTestId('elder-record').locator('[data-section=home]')).toContainText('现在不可查看')
  const seen = (await call(hers, 'GET', '/v1/elders/e00002')).body
  expect(seen.masked).toContain('access')
  expect(seen.access).toBeFalsy()

  // The log names her, what she opened and who let her in.
  await page.goto(`${service.url}/console/#/admin/audit`)
  await expect(page.getByTestId('audit-row').first()).toBeVisible()
  await noAxeProblems(page, 'audit')
  await page.getByTestId('audit').getByRole('combobox', { name: '谁' }).fill('zhaomin')
  await page.getByRole('option', { name: /赵敏/ }).click()
  const rows = page.getByTestId('audit-row')
  await expect(rows.filter({ hasText: '陆文静' })).toHaveCount(0)
  await expect(rows.and(page.locator('[data-action="elder.seen"]')).first()).toContainText('e00002')
  await expect(rows.and(page.locator('[data-action="session.begun"]')).first()).toContainText('赵敏')
  await page.getByRole('button', { name: '清除条件' }).click()
  await page.getByTestId('audit').getByLabel('做了什么').selectOption('operator.created')
  const made = rows.filter({ has: page.locator('.who', { hasText: '陆文静' }) })
  await expect(made).toHaveCount(1)
  await made.getByRole('button').click()
  await expect(page.locator('tr.changes')).toContainText('zhaomin')

  // Suspended, she is out at once.
  await page.goto(`${service.url}/console/#/admin/accounts/${clerk.id}`)
  await page.getByTestId('suspend').click()
  await page.getByTestId('sure-yes').click()
  await expect(page.getByTestId('account')).toContainText('起停用')
  expect((await call(hers, 'GET', '/v1/elders/e00002')).status).toBe(401)
  expect(service.verify()).not.toContain('altered')
  expect(away).toEqual([])
})
