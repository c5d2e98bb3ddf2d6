import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { type Service, startDemo } from '../e2e/service.ts'
import { call, logIn, visit } from '../e2e/steps.ts'

// Every name, number and illness in these pictures was invented by the demo.
let service: Service
test.beforeAll(async () => {
  service = await startDemo({}, '--lively')
})
test.afterAll(async () => {
  await service.stop()
})
test.use({ locale: 'en-GB' })
test.beforeEach(({ page }) => page.addInitScript(() => localStorage.setItem('anling.lang', 'en')))

const elder = 'e00012'
const docs = join(import.meta.dirname, '../../../docs')
const take = (page: Page, name: string) => page.screenshot({ path: join(docs, `${name}.png`) })

test('the desk, with somebody on the way', async ({ page }) => {
  await logIn(page, service.url, 'demo')
  await page.getByTestId('start-shift').click()
  await expect(page.getByTestId('map')).toHaveAttribute('data-ready', 'true')
  expect((await call(page, 'POST', '/demo/press', { elder })).status).toBe(202)
  await expect(page.getByTestId('state')).toHaveAttribute('data-state', /raised|helping/)
  await page.keyboard.press('a')
  await expect(page.locator('[data-testid=person-row][data-state=coming]').first()).toBeVisible({ timeout: 90_000 })
  await take(page, 'console')
})

test('the record of an elder', async ({ page }) => {
  await visit(page, service.url, 'admin')
  for (const purpose of ['care', 'location', 'sharing']) {
    expect((await call(page, 'POST', `/v1/elders/${elder}/consents`, { purpose, basis: 'consent', how: 'paper', given_at: '2026-03-02T08:00:00Z' })).status).toBe(201)
  }
  expect((await call(page, 'POST', '/v1/signals', { device: 'BTN-00012', kind: 'test' })).status).toBe(202)
  await page.evaluate((e) => (location.hash = `#/elders/${e}`), elder)
  await expect(page.getByTestId('place')).toHaveAttribute('data-ready', 'true')
  await expect(page.getByTestId('contact').first()).toBeVisible()
  await expect(page.getByTestId('consent-state')).toBeVisible()
  await take(page, 'registry')
})

test('an enrolment under way', async ({ page }) => {
  await visit(page, service.url, 'admin')
  await page.keyboard.press('n')
  const form = page.getByTestId('enrol')
  await expect(form.locator('input').first()).toBeFocused()
  for (const [text, times] of [['郑桂兰', 1], ['000000194403150029', 3], ['19900010099', 1], ['上海话', 2], ['延安东路1号101室', 1], ['1', 1], ['钥匙在门卫', 1], ['31.2304, 121.4737', 1], ['青霉素', 2]] as const) {
    await page.keyboard.type(text)
    for (let i = 0; i < times; i++) await page.keyboard.press('Enter')
  }
  await expect(form.getByTestId('place')).toHaveAttribute('data-ready', 'true')
  await take(page, 'enrol')
})

test('a plan is tried while it is written', async ({ page }) => {
  await visit(page, service.url, 'manager')
  await page.evaluate(() => (location.hash = '#/plans/emergency/edit'))
  await expect(page.getByTestId('plan-state')).toHaveAttribute('data-state', 'good')
  await page.locator('[data-side=try]').click()
  const form = page.getByTestId('try-form')
  await form.getByRole('combobox', { name: 'Which elder' }).fill((await call(page, 'GET', `/v1/elders/${elder}`)).body.name)
  await form.locator('li[role=option]').first().click()
  await page.getByTestId('try').click()
  await page.getByTestId('course').scrollIntoViewIfNeeded()
  await take(page, 'plan')
})
