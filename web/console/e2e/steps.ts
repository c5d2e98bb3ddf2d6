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

export async function logIn(page: Page, url: string, name: string): Promise<void> {
  await page.goto(`${url}/console/`)
  await page.locator('input[name=name]').fill(name)
  await page.locator('input[name=password]').fill('demo12345678')
  await page.keyboard.press('Enter')
}

export async function noAxeProblems(page: Page, what: string): Promise<void> {
  const found = await new AxeBuilder({ page }).analyze()
  expect(found.violations.map((v) => `${v.id}: ${v.nodes[0]?.html ?? ''}`), what).toEqual([])
}
