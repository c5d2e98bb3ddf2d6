import { describe, expect, it } from 'vitest'
import { subtree, treeOf, type InTree } from './tree'

const city: InTree = { id: 'city' }
const north: InTree = { id: 'north', parent: 'city' }
const south: InTree = { id: 'south', parent: 'city' }
const street: InTree = { id: 'street', parent: 'north' }
const shown = (all: InTree[]) => treeOf(all, (a, b) => a.id.localeCompare(b.id)).map((b) => '·'.repeat(b.depth) + b.item.id)

describe('a tree', () => {
  it('stands in the order of reading', () => {
    expect(shown([street, south, north, city])).toEqual(['city', '·north', '··street', '·south'])
  })
  it('takes for a root what it cannot hang anywhere', () => {
    expect(shown([street, south])).toEqual(['south', 'street'])
  })
  it('loses nobody in a ring', () => {
    expect(shown([{ id: 'a', parent: 'b' }, { id: 'b', parent: 'a' }, { id: 'c', parent: 'c' }]).map((s) => s.replaceAll('·', '')).sort()).toEqual(['a', 'b', 'c'])
  })
  it('knows what is below something', () => {
    expect([...subtree([city, north, south, street], 'north')].sort()).toEqual(['north', 'street'])
    expect([...subtree([{ id: 'a', parent: 'b' }, { id: 'b', parent: 'a' }], 'a')].sort()).toEqual(['a', 'b'])
  })
})
