import { expect, test } from '@playwright/test'
import { type Service, startDemo } from './service.ts'
import { call, logIn, noAxeProblems } from './steps.ts'

let service: Service
test.beforeAll(async () => {
  service = await startDemo()
})
test.afterAll(async () => {
  await service.stop()
})

test('an address is found by its initials and shown on the map, by keys alone', async ({ page }) => {
  await logIn(page, service.url, 'demo')
  await page.getByTestId('start-shift').click()
  await expect(page.locator('[data-testid=map][data-ready=true]')).toBeVisible({ timeout: 60_000 })
  await page.keyboard.press('/')
  await page.keyboard.type('hpbl')
  const first = page.getByTestId('found-place').first()
  await expect(first).toContainText('黄陂北路')
  await expect(first).toHaveAttribute('aria-selected', 'true')
  await noAxeProblems(page, 'addresses that were found')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('spot')).toContainText('黄陂北路')
  await expect(page.locator('.mark.spot')).toBeVisible()
  await noAxeProblems(page, 'an address on the map')
  await page.getByTestId('spot').getByRole('button').click()
  await expect(page.locator('.mark.spot')).toHaveCount(0)
})

test('an address that is far from its point is told beside the map, and both stay', async ({ page }) => {
  await logIn(page, service.url, 'clerk')
  await expect(page.getByTestId('count')).not.toBeEmpty()
  const found = await call(page, 'GET', '/v1/elders?limit=1')
  const elder = found.body.items[0]
  const changed = await call(page, 'PATCH', `/v1/elders/${elder.id}`, { version: elder.version, address: '黄陂北路227号502室', position: { lat: 31.2225, lon: 121.4747 } })
  expect(changed.body.warnings.map((w: { key?: string }) => w.key)).toContain('problem.advice.address_far')
  expect(changed.body.address).toBe('黄陂北路227号502室')
  await page.goto(`${service.url}/console/#/elders/${elder.id}`)
  await expect(page.getByTestId('far')).toContainText(/840/)
})
