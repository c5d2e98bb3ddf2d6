import { expect, type Page, test } from '@playwright/test'
import { type Service, startDemo } from './service.ts'
import { call, logIn, noAxeProblems } from './steps.ts'

let service: Service
test.beforeAll(async () => {
  service = await startDemo()
})
test.afterAll(async () => {
  await service.stop()
})

interface Place { lat: number; lon: number }
interface Candidate { helper: string; name: string; duration_s: number; mode: 'foot' | 'bike' | 'car'; position: Place }
interface Route { duration_s: number; by_road: boolean; geometry: { coordinates: [number, number][] } }

const mercator = (p: Place) => ({ x: p.lon, y: (Math.log(Math.tan(Math.PI / 4 + (p.lat * Math.PI) / 360)) * 180) / Math.PI })

/** Where on the screen a place is: the marks of two known places say how the map lies. */
async function onScreen(page: Page, elder: Place, far: Candidate, wanted: Place): Promise<{ x: number; y: number }> {
  const middle = async (css: string, edge: 'centre' | 'foot') => {
    const b = await page.locator(css).first().boundingBox()
    if (!b) throw new Error(`${css} is not on the map`)
    return { x: b.x + b.width / 2, y: edge === 'centre' ? b.y + b.height / 2 : b.y + b.height + 10 }
  }
  const home = await middle('.mark.elder.selected', 'centre')
  const there = await middle(`.mark[title="${far.name}"]`, 'foot')
  const [a, b, w] = [mercator(elder), mercator(far.position), mercator(wanted)]
  const scale = Math.hypot(there.x - home.x, there.y - home.y) / Math.hypot(b.x - a.x, b.y - a.y)
  return { x: home.x + (w.x - a.x) * scale, y: home.y - (w.y - a.y) * scale }
}

test('a road is closed by one click, the order of who comes first is made anew, and another click opens it', async ({ page }) => {
  await logIn(page, service.url, 'demo')
  await page.getByTestId('start-shift').click()
  await expect(page.locator('[data-testid=map][data-ready=true]')).toBeVisible({ timeout: 60_000 })
  await page.getByTestId('press-here').click()
  await expect(page.getByTestId('queue-row')).toHaveCount(1)
  await page.getByTestId('queue-row').click()
  await expect(page.getByTestId('candidate').first()).toBeVisible()

  const raised = (await call(page, 'GET', '/v1/alerts?state=open')).body.items[0] as { id: string; position: Place }
  const list = async () => (await call(page, 'GET', `/v1/alerts/${raised.id}/candidates`)).body.items as Candidate[]
  const ask = async (c: Candidate) => (await call(page, 'GET', `/v1/route?from=${c.position.lat},${c.position.lon}&to=${raised.position.lat},${raised.position.lon}&mode=${c.mode}`)).body as Route
  // Somebody whose way has a middle: neither their own street nor the elder's.
  let who: Candidate | undefined
  let way: Route | undefined
  for (const c of (await list()).slice(0, 8)) {
    const r = await ask(c)
    if (r.by_road && r.geometry.coordinates.length >= 6 && (await page.locator(`.mark[title="${c.name}"]`).count()) > 0) {
      ;[who, way] = [c, r]
      break
    }
  }
  if (!who || !way) throw new Error('everybody lives next door')
  const bends = way.geometry.coordinates
  const at = Math.floor(bends.length / 2)
  const [from, to] = [bends[at - 1]!, bends[at]!]
  const middle = { lon: (from[0] + to[0]) / 2, lat: (from[1] + to[1]) / 2 }

  await page.getByTestId('road-open').click()
  await noAxeProblems(page, 'the tool that closes roads')
  const spot = await onScreen(page, raised.position, who, middle)
  const ranked = page.waitForResponse((r) => r.url().includes(`/v1/alerts/${raised.id}/candidates`), { timeout: 5000 })
  await page.mouse.click(spot.x, spot.y)
  const said = page.getByTestId('road-tool').getByRole('status')
  await expect(said).toContainText(/封|closed/i)
  const closed = (await call(page, 'GET', '/v1/closures')).body.items as { id: string; name: string; reason: string }[]
  expect(closed).toHaveLength(1)
  await ranked // the operator's list is asked for at once
  // From the same place it takes longer, or leads another way.
  const around = await ask(who)
  expect(around.geometry.coordinates).not.toEqual(way.geometry.coordinates)
  expect(around.duration_s).toBeGreaterThanOrEqual(way.duration_s)

  await page.mouse.click(spot.x, spot.y)
  await expect.poll(async () => (await call(page, 'GET', '/v1/closures')).body.items.length).toBe(0)
  await expect(said).toContainText(/开|open/i)
  expect((await ask(who)).duration_s).toBeCloseTo(way.duration_s, 0)
})
