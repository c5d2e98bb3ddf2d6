import type { Component } from 'svelte'
import type { PageName } from '../core/route'

type Loader = () => Promise<{ default: Component }>

/** The pages that there are, each fetched when it is first opened: the desk does not wait for them. */
export const loaders: Partial<Record<PageName, Loader>> = {
  elders: () => import('./elders/Elders.svelte'),
  duplicates: () => import('./elders/Duplicates.svelte'),
  devices: () => import('./devices/Devices.svelte'),
  helpers: () => import('./helpers/Helpers.svelte'),
  plans: () => import('./plans/Plans.svelte'),
  coverage: () => import('./coverage/Coverage.svelte'),
  import: () => import('./import/Import.svelte'),
  admin: () => import('./admin/Admin.svelte'),
  me: () => import('./me/Me.svelte'),
  providers: () => import('./helpers/Providers.svelte'),
}
