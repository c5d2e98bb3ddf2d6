import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

/** Remembers every request that leaves this machine; there must be none. */
export function watchRequests(page: Page): string[] {
  const away: string[] = []
  page.on('request', (r) => {
    const u = new URL(r.url())
    if (u.protocol.startsWith('http') && u.hostname !== 'localhost') away.push(r.url())
  })
  return away
}

export async function logIn(page: Page, url: string, name: string, password = 'demo12345678'): Promise<void> {
  await page.goto(`${url}/console/`)
  await page.locator('input[name=name]').fill(name)
  await page.locator('input[name=password]').fill(password)
  await page.keyboard.press('Enter')
}

/** Logs in without taking the seat of an operator, and waits for the list of elders. */
export async function visit(page: Page, url: string, name: string): Promise<void> {
  await logIn(page, url, name)
  await page.getByTestId('visit').click()
  await expect(page.getByTestId('count')).not.toBeEmpty()
}

/** Asks the server itself, as who is logged in on the page. */
export function call(page: Page, method: string, path: string, body?: unknown) {
  return page.evaluate(async ([m, p, b]) => {
    const r = await fetch(p, { method: m, headers: { 'Content-Type': 'application/json' }, body: b === undefined ? undefined : JSON.stringify(b) })
    return { status: r.status, body: await r.json().catch(() => null) }
  }, [method, path, body] as const)
}

/** The pages have no frames; without them axe needs no second page, and half the time. */
export async function noAxeProblems(page: Page, what: string): Promise<void> {
  const found = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
  expect(found.violations.map((v) => `${v.id}: ${v.nodes[0]?.html ?? ''}`), what).toEqual([])
}

/**
 * Has devices of these elders fall silent together, and gives the outage that this becomes. Their cards are of one carrier, they report
 * every twenty seconds, and after one report no more: they are lost after a minute, and an outage when others had time to be lost, too.
 */
export async function loseTogether(page: Page, elders: readonly string[]): Promise<string> {
  for (const elder of elders) {
    const made = await call(page, 'POST', '/v1/devices', { id: `sim-${elder}`, elder, identity: `SIM-${elder}`, protocol: 'http', kind: 'hub', carrier: '46015', beat_s: 20 })
    expect(made.status).toBe(201)
    expect((await call(page, 'POST', '/v1/signals', { device: `SIM-${elder}`, kind: 'heartbeat' })).status).toBe(202)
    // A change has a device looked at anew; one that was never heard would have a quarter of an hour.
    expect((await call(page, 'PATCH', `/v1/devices/sim-${elder}`, { version: made.body.version, place: '客厅' })).status).toBe(200)
  }
  const found = async () => ((await call(page, 'GET', '/v1/alerts?state=open')).body.items as { id: string; kind: string; outage: { people: number } | null }[]).find((a) => a.outage?.people === elders.length)?.id ?? ''
  await expect.poll(found, { timeout: 300_000, intervals: [2000] }).not.toBe('')
  return found()
}
