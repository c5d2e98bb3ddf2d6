// The JSON contract with the server, one file for each noun. Names are those of the API; fields that the console
// can do without are optional, so that an older server is shown as far as it goes.
export type * from './types/admin'
export type * from './types/alert'
export type * from './types/common'
export type * from './types/coverage'
export type * from './types/elder'
export type * from './types/helper'
export type * from './types/import'
export type * from './types/plan'
export type * from './types/road'
export type * from './types/session'
