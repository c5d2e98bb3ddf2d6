import { describe, expect, it } from 'vitest'
import { urgency } from './due'

describe('what is due', () => {
  it('is red when it is over, amber within a month', () => expect([0, 30, 60, 90].map((stage) => urgency({ stage }))).toEqual(['alarm', 'warn', '', '']))
})
