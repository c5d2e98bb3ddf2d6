import { createHmac } from 'node:crypto'
import { type BrowserContext, expect, type Page, test } from '@playwright/test'
import { type Service, startDemo } from './service.ts'
import { logIn, noAxeProblems } from './steps.ts'

let service: Service
test.beforeAll(async () => {
  service = await startDemo()
})
test.afterAll(async () => {
  await service.stop()
})

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

async function openMe(page: Page, url: string): Promise<void> {
  await page.getByTestId('start-shift').click()
  await page.goto(`${url}/console/#/me`)
  await expect(page.getByTestId('session').first()).toBeVisible()
}

async function proof(page: Page, code: string): Promise<void> {
  await page.locator('input[name=proof]').fill(code)
  await page.keyboard.press('Enter')
}

async function sayCode(page: Page, code: string): Promise<void> {
  await page.locator('input[name=totp]').fill(code)
  await page.keyboard.press('Enter')
}

/** Adds an authenticator app, and gives one of the recovery codes. */
async function addApp(page: Page): Promise<string> {
  await page.getByRole('button', { name: '添加验证器应用' }).click()
  await sayCode(page, codeOf(await page.getByTestId('totp-secret').innerText()))
  return page.getByTestId('recovery-codes').locator('code').first().innerText()
}

/** A key that is plugged in, and a finger that touches it. */
async function plugKey(context: BrowserContext, page: Page): Promise<void> {
  const cdp = await context.newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  })
}

test('second factors of one account', async ({ page, context, browser }) => {
  // At another machine somebody is logged in by the password alone.
  const early = await (await browser.newContext({ locale: 'zh-CN' })).newPage()
  await logIn(early, service.url, 'demo')
  await openMe(early, service.url)

  await plugKey(context, page)
  await logIn(page, service.url, 'demo')
  await openMe(page, service.url)
  await noAxeProblems(page, 'my account')

  await page.getByRole('button', { name: '添加验证器应用' }).click()
  const secret = await page.getByTestId('totp-secret').innerText()
  await noAxeProblems(page, 'a secret and its picture')
  await sayCode(page, '000000')
  await expect(page.getByRole('alert')).toContainText('验证码不对')
  await sayCode(page, codeOf(secret))
  const codes = page.getByTestId('recovery-codes').locator('code')
  await expect(codes).toHaveCount(10)
  const recovery = await codes.first().innerText()
  await page.getByRole('button', { name: '我已保存' }).click()

  await page.getByRole('button', { name: '添加通行密钥' }).click()
  await page.locator('input[name=passkey]').fill('蓝色钥匙')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('factor')).toHaveCount(2)

  // The password alone no longer opens the door; a code does, once the right one.
  await context.clearCookies()
  await logIn(page, service.url, 'demo')
  const code = page.locator('input[name=code]')
  await expect(code).toBeFocused()
  await noAxeProblems(page, 'a code is asked')
  await code.fill('000000')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText('验证码不对')
  await code.fill(codeOf(secret, 1))
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('link')).toBeVisible() // the shift that was begun on this screen goes on

  await context.clearCookies()
  await page.goto(`${service.url}/console/`)
  await page.getByTestId('passkey').click()
  await expect(page.getByTestId('link')).toBeVisible()

  // What that other session has proved is too little by now: it is stopped, and goes on when it has shown a factor, too.
  const lacks = early.getByTestId('lacks')
  await expect(lacks).toHaveAttribute('data-lacks', 'second_factor')
  await noAxeProblems(early, 'a factor is asked for')
  await proof(early, '00000-00000')
  await expect(lacks.getByRole('alert')).toContainText('验证码不对')
  await proof(early, recovery)
  await expect(early.getByTestId('factor')).toHaveCount(2)
})

test('what is dangerous asks again who one is, and then goes on', async ({ page, browser }) => {
  // Where a second factor is nobody's duty, a password opens the shift, but not the account's own keys.
  const loose = await startDemo({ ANLING_SECOND_FACTOR: 'off' })
  try {
    await logIn(page, loose.url, 'demo')
    await openMe(page, loose.url)
    const other = await (await browser.newContext({ locale: 'zh-CN' })).newPage()
    await logIn(other, loose.url, 'demo')
    await openMe(other, loose.url)
    const recovery = await addApp(other)

    await page.getByRole('button', { name: '添加验证器应用' }).click()
    const asked = page.getByTestId('step-up')
    await expect(asked).toBeVisible()
    await noAxeProblems(page, 'a proof is asked for')
    await proof(page, '00000-00000')
    await expect(asked.getByRole('alert')).toContainText('验证码不对')
    await proof(page, recovery)
    await expect(asked).toBeHidden()
    await expect(page.getByTestId('totp-secret')).toBeVisible() // what was wanted is done without being asked for again
  } finally {
    await loose.stop()
  }
})
