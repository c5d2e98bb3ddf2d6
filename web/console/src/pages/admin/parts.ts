import type { Component } from 'svelte'
import type { AdminId } from '../../core/admin'
import Accounts from './Accounts.svelte'
import Agreements from './Agreements.svelte'
import Centres from './Centres.svelte'
import Moves from './Moves.svelte'
import Roles from './Roles.svelte'
import Tokens from './Tokens.svelte'

/** The parts of the administration that there are. What stands behind the section in the address they read themselves. */
export const adminParts: Partial<Record<AdminId, Component>> = {
  accounts: Accounts,
  roles: Roles,
  tokens: Tokens,
  centres: Centres,
  agreements: Agreements,
  moves: Moves,
}
