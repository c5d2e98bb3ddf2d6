import { createHmac } from 'node:crypto'
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { type Service, startDemo } from './service.ts'

let service: Service
test.beforeAll(async () => {
  service = await startDemo()
})
test.afterAll(async () => {
  await service.stop()
})

async function noAxeProblems(page: Page, what: string): Promise<void> {
  const found = await new AxeBuilder({ page }).analyze()
  expect(found.violations.map((v) => `${v.id}: ${v.nodes[0]?.html ?? ''}`), what).toEqual([])
}

/** What an authenticator app shows (RFC 6238); ahead: steps of 30 s from now. */
function codeOf(secret: string, ahead = 0): string {
  const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((b) => parseInt(b, 2)))
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead))
  const sum = createHmac('sha1', key).update(step).digest()
  const at = sum[19]! & 15
  return String((sum.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

async function logIn(page: Page): Promise<void> {
  await page.goto(`${service.url}/console/`)
  await page.locator('input[name=name]').fill('demo')
  await page.locator('input[name=password]').fill('demo12345678')
  await page.keyboard.press('Enter')
}

async function openMe(page: Page): Promise<void> {
  await page.getByTestId('start-shift').click()
  await page.goto(`${service.url}/console/#/me`)
  await expect(page.getByTestId('session').first()).toBeVisible()
}

test('second factors of one account', async ({ page, context }) => {
  const cdp = await context.newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  })
  await logIn(page)
  await openMe(page)
  await noAxeProblems(page, 'my account')

  await page.getByRole('button', { name: '添加验证器应用' }).click()
  const secret = await page.getByTestId('totp-secret').innerText()
  await noAxeProblems(page, 'a secret and its picture')
  await page.locator('input[name=totp]').fill('000000')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText('验证码不对')
  await page.locator('input[name=totp]').fill(codeOf(secret))
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('recovery-codes').locator('code')).toHaveCount(10)
  await noAxeProblems(page, 'recovery codes')
  await page.screenshot({ path: 'e2e/out/recovery-codes.png' })
  await page.getByRole('button', { name: '我已保存' }).click()

  await page.getByRole('button', { name: '添加通行密钥' }).click()
  await page.locator('input[name=passkey]').fill('蓝色钥匙')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('factor')).toHaveCount(2)
  await page.screenshot({ path: 'e2e/out/me.png' })

  await context.clearCookies()
  await logIn(page)
  const code = page.locator('input[name=code]')
  await expect(code).toBeFocused()
  await noAxeProblems(page, 'a code is asked')
  await page.screenshot({ path: 'e2e/out/code.png' })
  await code.fill('000000')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText('验证码不对')
  await code.fill(codeOf(secret, 1))
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('start-shift')).toBeVisible()

  await context.clearCookies()
  await page.goto(`${service.url}/console/`)
  await page.getByTestId('passkey').click()
  await expect(page.getByTestId('start-shift')).toBeVisible()
})
