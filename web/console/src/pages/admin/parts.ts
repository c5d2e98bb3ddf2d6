import type { Component } from 'svelte'
import type { AdminId } from '../../core/admin'
import Accounts from './Accounts.svelte'
import Agreements from './Agreements.svelte'
import Areas from './Areas.svelte'
import Audit from './Audit.svelte'
import BreakGlass from './BreakGlass.svelte'
import CallerClasses from './CallerClasses.svelte'
import Centres from './Centres.svelte'
import Consents from './Consents.svelte'
import CustomFields from './CustomFields.svelte'
import Moves from './Moves.svelte'
import Requests from './Requests.svelte'
import Retention from './Retention.svelte'
import Roles from './Roles.svelte'
import ServiceTree from './ServiceTree.svelte'
import Tokens from './Tokens.svelte'
import Webhooks from './Webhooks.svelte'

/** The parts of the administration that there are. What stands behind the section in the address they read themselves. */
export const adminParts: Partial<Record<AdminId, Component>> = {
  accounts: Accounts,
  roles: Roles,
  tokens: Tokens,
  centres: Centres,
  agreements: Agreements,
  moves: Moves,
  audit: Audit,
  requests: Requests,
  retention: Retention,
  consents: Consents,
  'break-glass': BreakGlass,
  webhooks: Webhooks,
  classes: CallerClasses,
  fields: CustomFields,
  areas: Areas,
  services: ServiceTree,
}
