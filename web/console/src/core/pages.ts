import { adminNeeds } from './admin'
import type { PageName } from './route'
import type { Key } from './words'

/** A place that the navigation leads to. needs: any of these actions opens it; none: it is everybody's. */
export interface PageInfo { page: PageName; key: string; word: Key; icon: string; needs: readonly string[] }

/** In the order in which they stand at the side. The key follows g. */
export const pageTable: readonly PageInfo[] = [
  { page: 'desk', key: 'd', word: 'ui.nav.desk', icon: 'bell', needs: ['alerts.see'] },
  { page: 'elders', key: 'e', word: 'ui.nav.elders', icon: 'elder', needs: ['elders.see'] },
  { page: 'devices', key: 'v', word: 'ui.nav.devices', icon: 'device', needs: ['devices.see'] },
  { page: 'helpers', key: 'h', word: 'ui.nav.helpers', icon: 'team', needs: ['helpers.see'] },
  { page: 'providers', key: 'p', word: 'ui.nav.providers', icon: 'shop', needs: ['providers.see'] },
  { page: 'plans', key: 'r', word: 'ui.nav.plans', icon: 'plan', needs: ['plans.see'] },
  { page: 'coverage', key: 'c', word: 'ui.nav.coverage', icon: 'target', needs: ['figures.see'] },
  { page: 'import', key: 'i', word: 'ui.nav.import', icon: 'sheet', needs: ['import', 'export'] },
  { page: 'admin', key: 'a', word: 'ui.nav.admin', icon: 'gear', needs: adminNeeds },
  { page: 'me', key: 'm', word: 'ui.nav.me', icon: 'person', needs: [] },
]

export function pagesFor(may: (action: string) => boolean, there: (page: PageName) => boolean): PageInfo[] {
  return pageTable.filter((p) => there(p.page) && (p.needs.length === 0 || p.needs.some(may)))
}
