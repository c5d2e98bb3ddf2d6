import { expect, type Page, test } from '@playwright/test'
import { type Service, startDemo } from './service.ts'
import { call, noAxeProblems, visit, watchRequests } from './steps.ts'

let service: Service
test.beforeAll(async () => {
  service = await startDemo()
})
test.afterAll(async () => {
  await service.stop()
})

/** A clerk: types, and counts what a hand would have had to do. A Chinese sign is typed by its sound and chosen. */
class Clerk {
  keys = 0
  readonly page: Page
  constructor(page: Page) {
    this.page = page
  }
  async press(key: string, times = 1): Promise<void> {
    for (let i = 0; i < times; i++) await this.page.keyboard.press(key)
    this.keys += times
  }
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text)
    for (const c of text) this.keys += /\p{Script=Han}/u.test(c) ? 4 : 1
  }
  /** Types, and goes on to the next field. */
  async say(text: string): Promise<void> {
    await this.type(text)
    await this.press('Enter')
  }
}

test('an elder is enrolled by keyboard and found by initials', async ({ page }) => {
  const away = watchRequests(page)
  await visit(page, service.url, 'admin')
  const clerk = new Clerk(page)
  const began = Date.now()
  await clerk.press('n')
  await expect(page.getByTestId('enrol').locator('input').first()).toBeFocused()
  await clerk.say('郑桂兰')
  await clerk.say('000000194403150029')
  await expect(page.getByTestId('id-good')).toBeVisible()
  await expect(page.locator('input[type=radio]:checked').first()).toHaveValue('f')
  await clerk.press('Enter', 2) // birth date and sex are told by the number
  await clerk.say('19900010099')
  await clerk.say('上海话')
  await clerk.press('Enter') // the community is added later
  await clerk.say('延安东路1号101室')
  await clerk.press('1') // lives alone
  await clerk.press('Enter')
  await clerk.say('钥匙在门卫')
  await clerk.say('31.2304, 121.4737')
  await clerk.say('青霉素')
  await clerk.press('Enter')
  await clerk.say('高血压')
  await clerk.press('Enter')
  await clerk.press('Enter')
  await clerk.press('2') // walks with a stick
  await clerk.press('Enter')
  for (const [name, phone, relation] of [['郑小明', '19900020001', '儿子'], ['钱阿姨', '19900020002', '邻居']] as const) {
    await clerk.say(name)
    await clerk.say(phone)
    await clerk.say(relation)
    await clerk.press('Enter', 2)
  }
  await clerk.say('BTN-77001')
  await clerk.press('Enter', 2)
  for (const agreed of [true, true, false, true]) { // to care, to being located, not to recordings, to sharing
    if (agreed) await clerk.press(' ')
    await clerk.press('Enter')
  }
  await clerk.press('Control+Enter')
  await expect(page.getByTestId('enrol-next')).toBeVisible()
  await expect(page.locator('[data-testid=step]:not([data-state=done])')).toHaveCount(0)
  const seconds = clerk.keys / 4
  console.log(`enrolled with ${clerk.keys} keys: ${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s at 4 keys/s (the machine took ${((Date.now() - began) / 1000).toFixed(0)} s)`)
  expect(seconds).toBeLessThan(180)

  // Only the device's own press proves that the way works.
  const test1 = page.getByTestId('press-test')
  await expect(test1).toHaveAttribute('data-state', 'waiting')
  const sent = await call(page, 'POST', '/v1/signals', { id: 'first-press', device: 'BTN-77001', kind: 'test', time: new Date().toISOString() })
  expect(sent.status).toBe(202)
  await expect(test1).toHaveAttribute('data-state', 'good')

  // What was said is there, and nothing more.
  await page.getByTestId('enrol-open').click()
  await expect(page.getByTestId('elder-record')).toContainText('郑桂兰')
  const id = page.url().split('/').at(-1) ?? ''
  const elder = (await call(page, 'GET', `/v1/elders/${id}`)).body
  expect(elder).toMatchObject({ name: '郑桂兰', sex: 'f', birth_date: '1944-03-15', phones: ['+8619900010099'], living: 'alone', mobility: 'stick', allergies: ['青霉素'], illnesses: ['高血压'], access: '钥匙在门卫' })
  await expect(page.getByTestId('contact')).toHaveCount(2)
  await expect(page.getByTestId('consent-state')).toHaveText('已同意')
  const consents = (await call(page, 'GET', `/v1/elders/${id}/consents`)).body.items as { purpose: string }[]
  expect(consents.map((c) => c.purpose).toSorted()).toEqual(['care', 'location', 'sharing'])

  // Found by pinyin and by initials.
  await page.keyboard.press('b')
  for (const q of ['zhengguilan', 'zgl', '19900010099']) {
    await page.keyboard.press('/')
    await page.getByTestId('find').fill(q)
    await expect(page.locator(`[data-row="${id}"]`), q).toBeVisible()
    await page.keyboard.press('Escape')
  }
  expect(away).toEqual([])
})

test('two people change one record, and the order of telling is changed by keys', async ({ page }) => {
  await visit(page, service.url, 'admin')
  const id = 'e00005'
  await page.evaluate((e) => (location.hash = `#/elders/${e}`), id)
  await expect(page.getByTestId('contact').nth(1)).toBeVisible()
  const told = async () => (await call(page, 'GET', `/v1/elders/${id}/contacts`)).body.items.map((c: { id: string }) => c.id) as string[]
  const [first, second, ...rest] = await told()
  await page.locator('[data-grip]').nth(1).focus()
  await page.keyboard.press('ArrowUp')
  await expect.poll(told).toEqual([second, first, ...rest])

  // What only one of the two has changed is taken over without a word; the same field is asked about.
  await page.keyboard.press('1')
  await page.locator('[data-section=identity] form textarea').fill('喜欢猫')
  const before = (await call(page, 'GET', `/v1/elders/${id}`)).body
  const other = await call(page, 'PATCH', `/v1/elders/${id}`, { version: before.version, notes: '耳朵不好', dialect: '苏州话' })
  expect(other.status).toBe(200)
  await page.keyboard.press('Control+Enter')
  await expect(page.getByTestId('conflict')).toContainText('耳朵不好')
  await expect(page.getByTestId('conflict')).toContainText('喜欢猫')
  await noAxeProblems(page, 'the conflict')
  await page.getByTestId('theirs').check()
  await page.getByTestId('conflict').locator('button.primary').click()
  await expect(page.locator('[data-section=identity]')).toHaveAttribute('data-editing', 'false')
  const after = (await call(page, 'GET', `/v1/elders/${id}`)).body
  expect(after).toMatchObject({ notes: '耳朵不好', dialect: '苏州话' })
})

test('an alarm calls away from a half-filled form, and nothing is lost', async ({ page }) => {
  await visit(page, service.url, 'super')
  await page.keyboard.press('n')
  await expect(page.getByTestId('enrol').locator('input').first()).toBeFocused()
  await page.keyboard.type('陈半')
  await call(page, 'POST', '/demo/press', {})
  await expect(page.getByTestId('strip')).toBeVisible()
  await page.keyboard.press('F2')
  await expect(page.getByTestId('state')).toHaveAttribute('data-state', 'raised')
  await page.keyboard.press('a')
  await expect(page.getByTestId('state')).toHaveAttribute('data-state', 'accepted')
  await page.keyboard.press('g')
  await page.keyboard.press('e')
  await expect(page.getByTestId('strip-own')).toBeVisible()
  await page.getByTestId('create').click()
  await expect(page.getByTestId('enrol').locator('input').first()).toHaveValue('陈半')
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain('陈半')
})

const pages = {
  lists: [['#/elders', '[data-row]'], ['#/devices', '[data-row]'], ['#/helpers', '[data-row]'], ['#/plans', '[data-row]'], ['#/providers', '[data-row]'], ['#/import', '[data-testid=file]'], ['#/duplicates', '[data-testid=pairs]']],
  records: [['#/elders/new', '[data-testid=enrol]'], ['#/elders/e00001', '[data-testid=elder-record]'], ['#/devices/e00001-d1', '[data-testid=device]'], ['#/helpers/h00001', '[data-testid=record]'], ['#/providers/p1', '[data-testid=record]']],
} as const
for (const [what, lang] of [['lists', 'zh'], ['lists', 'en'], ['records', 'zh'], ['records', 'en']] as const) {
  test(`the ${what} of the registry are in order, ${lang}`, async ({ page }) => {
    const away = watchRequests(page)
    await visit(page, service.url, 'admin')
    if (lang === 'en') await page.keyboard.press('l')
    for (const [hash, ready] of pages[what]) {
      await page.evaluate((h) => (location.hash = h), hash)
      await expect(page.locator(ready).first()).toBeAttached()
      await noAxeProblems(page, hash)
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(wide, `${hash} is wider than the screen`).toBeLessThanOrEqual(0)
    }
    expect(away).toEqual([])
  })
}
