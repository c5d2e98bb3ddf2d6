import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { type Service, startDemo } from './service.ts'
import { call, noAxeProblems, visit, watchRequests } from './steps.ts'

let service: Service
test.beforeAll(async () => {
  service = await startDemo()
})
test.afterAll(async () => {
  await service.stop()
})

// What an office hands in: its own headings, an old encoding, and two rows of which each is wrong in another way.
const sheet = [
  '姓名,性别,出生日期,联系电话,住址,门上密码',
  '孔令仪,女,1941-05-06,19900030001,福州路12号301室,2580#',
  ',男,1940-01-02,19900030002,福州路14号101室,',
  '祝永年,男,1938-11-30,19900030003,福州路16号202室,0471#',
  '水清华,女,1999-99-99,19900030004,福州路18号402室,',
].join('\r\n')

test('a sheet in GB18030 is understood, tried, run, and what was refused is taken home', async ({ page }) => {
  const away = watchRequests(page)
  await visit(page, service.url, 'admin')
  await page.evaluate(() => (location.hash = '#/import'))
  const bytes = execFileSync('iconv', ['-f', 'UTF-8', '-t', 'GB18030'], { input: sheet })
  await page.getByTestId('file').setInputFiles({ name: '老人.csv', mimeType: 'text/csv', buffer: bytes })

  const preview = page.getByTestId('preview')
  await expect(preview.locator('select').first()).toHaveValue('gb18030')
  await expect(preview).toContainText('孔令仪')
  await expect(preview.locator('tbody .why')).toHaveCount(2)
  const means = preview.getByLabel('门上密码')
  await expect(means).toHaveValue('')
  await means.selectOption('access')
  await expect(means).toHaveValue('access')
  await noAxeProblems(page, 'the preview')

  // Tried first: nothing is written.
  await page.getByTestId('import-check').click()
  await expect(page.getByTestId('count-created')).toHaveText('2')
  await expect(page.getByTestId('count-refused')).toHaveText('2')
  const found = async (q: string) => (await call(page, 'GET', `/v1/elders?q=${encodeURIComponent(q)}`)).body.items as { id: string; name: string }[]
  expect(await found('孔令仪')).toEqual([])

  await page.getByTestId('import-run').click()
  await expect(page.getByTestId('import-other')).toHaveText('再导入一个文件')
  await expect(page.getByTestId('count-created')).toHaveText('2')
  const [saved] = await Promise.all([page.waitForEvent('download'), page.getByTestId('refused-file').click()])
  const file = readFileSync(await saved.path(), 'utf8')
  expect(file).toContain('水清华')
  expect(file).not.toContain('孔令仪')
  expect(file.trim().split('\n')).toHaveLength(3)

  const [kong] = await found('kly')
  expect((await call(page, 'GET', `/v1/elders/${kong?.id}`)).body).toMatchObject({ name: '孔令仪', access: '2580#', birth_date: '1941-05-06' })
  expect(await found('水清华')).toEqual([])
  expect(away).toEqual([])
})

test('two records of one person become one', async ({ page }) => {
  await visit(page, service.url, 'admin')
  const one = { name: '纪晓岚', sex: 'm', birth_date: '1940-02-03', address: '云南中路8号502室', phones: ['19900040001'], allergies: ['青霉素'] }
  const kept = (await call(page, 'POST', '/v1/elders', one)).body
  const gone = (await call(page, 'POST', '/v1/elders', { ...one, address: '云南中路8号', phones: ['19900040001', '19900040002'], allergies: ['磺胺'], dialect: '苏州话' })).body

  await page.evaluate(() => (location.hash = '#/duplicates'))
  await page.getByTestId('pairs').getByRole('button', { name: '纪晓岚' }).click()
  const merge = page.getByTestId('merge')
  await expect(merge).toContainText('云南中路8号502室')
  await noAxeProblems(page, 'two records side by side')
  await page.getByTestId('merge-do').click()
  await expect(merge).toBeHidden()
  await expect(page.getByTestId('pairs').getByRole('button', { name: '纪晓岚' })).toHaveCount(0)

  const left = (await call(page, 'GET', '/v1/elders?q=jxl')).body.items as { id: string }[]
  expect(left).toHaveLength(1)
  const elder = (await call(page, 'GET', `/v1/elders/${left[0]?.id}`)).body
  expect([kept.id, gone.id]).toContain(elder.id)
  expect(elder.dialect).toBe('苏州话')
  expect(elder.allergies.toSorted()).toEqual(['磺胺', '青霉素'].toSorted())
  expect(elder.phones.toSorted()).toEqual(['+8619900040001', '+8619900040002'])
})
