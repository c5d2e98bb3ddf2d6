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
